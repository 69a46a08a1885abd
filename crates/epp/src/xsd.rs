//! Checks frames against the published EPP schemas and our own, for tests (feature `xsd`).

use std::path::{Path, PathBuf};

use uppsala::XsdValidator;

/// Environment variable that names the folder of the schemas (with `all.xsd`).
pub const FOLDER_VARIABLE: &str = "DOMESDAY_EPP_XSD";

/// Longest list of problems that [`Validator::check`] returns.
const MAX_PROBLEMS: usize = 20;

/// The schemas, loaded.
pub struct Validator(XsdValidator);

impl Validator {
    /// Loads the schemas from `DOMESDAY_EPP_XSD`, or from `../shared/data/epp-xsd` beside the workspace. Where there are none it says
    /// `skipped: no schemas` on standard error and returns `None`.
    ///
    /// # Panics
    /// When a folder is named by the variable, or present, but cannot be loaded: a test must not pass for that reason.
    pub fn load_if_present() -> Option<Validator> {
        let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = match std::env::var_os(FOLDER_VARIABLE) {
            Some(folder) => PathBuf::from(folder),
            None => {
                let beside = crate_folder.join("../../../shared/data/epp-xsd");
                if !beside.join("all.xsd").is_file() {
                    eprintln!("skipped: no schemas (set {FOLDER_VARIABLE} to a folder with all.xsd)");
                    return None;
                }
                beside
            }
        };
        let ours = [(crate::ns::KR, "xsd/kr-1.0.xsd"), (crate::ns::RELEASE, "xsd/release-1.0.xsd")];
        match Validator::load(&folder, &ours.map(|(namespace, file)| (namespace, crate_folder.join(file)))) {
            Ok(validator) => Some(validator),
            Err(problem) => panic!("EPP schemas in {}: {problem}", folder.display()),
        }
    }

    fn load(folder: &Path, ours: &[(&str, PathBuf)]) -> Result<Validator, String> {
        let folder = folder.canonicalize().map_err(|error| error.to_string())?;
        let all = std::fs::read_to_string(folder.join("all.xsd")).map_err(|error| error.to_string())?;
        // The loader takes only files below its base folder: the base is the root, and the list of imports names whole paths.
        let base = folder.ancestors().last().ok_or("the folder has no root")?;
        let mut imports = String::new();
        for (namespace, file) in ours {
            let file = file.canonicalize().map_err(|error| error.to_string())?;
            imports.push_str(&format!("<import namespace=\"{namespace}\" schemaLocation=\"{}\"/>", file.display()));
        }
        let all = all.replace("schemaLocation=\"", &format!("schemaLocation=\"{}/", folder.display()));
        let all =
            all.trim_end().strip_suffix("</schema>").ok_or("all.xsd does not end with </schema>")?.to_owned() + &imports + "</schema>";
        let document = uppsala::parse(&all).map_err(|error| error.to_string())?;
        XsdValidator::from_schema_with_base_path(&document, Some(base)).map(Validator).map_err(|error| error.to_string())
    }

    /// Checks one frame (its XML, without the length). The problems are texts with line and column.
    pub fn check(&self, frame: &[u8]) -> Result<(), Vec<String>> {
        let text = std::str::from_utf8(frame).map_err(|error| vec![error.to_string()])?;
        let document = uppsala::parse(text).map_err(|error| vec![error.to_string()])?;
        let problems: Vec<String> = self
            .0
            .validate(&document)
            .into_iter()
            .take(MAX_PROBLEMS)
            .map(|problem| format!("{}:{}: {}", problem.line.unwrap_or(0), problem.column.unwrap_or(0), problem.message))
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}
