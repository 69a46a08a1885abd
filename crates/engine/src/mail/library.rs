//! The templates: embedded ones, and those by which an operator replaces them for all or for one reseller's brand.

use super::template::Slot;
use super::{SUBJECT_MAX, Template, one_line};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        /// The files of `mails/`.
        const EMBEDDED: &[(&str, &str)] = &[
            $(
                (concat!($name, ".en.txt"), include_str!(concat!("../../../../mails/", $name, ".en.txt"))),
                (concat!($name, ".de.txt"), include_str!(concat!("../../../../mails/", $name, ".de.txt"))),
            )*
            ("layout.html", include_str!("../../../../mails/layout.html")),
        ];
    };
}

embedded!(
    "low-balance",
    "expiry-before",
    "expiry-after",
    "renewal-funds",
    "renewal-failed",
    "transfer-foa",
    "transfer-out-notice",
    "transfer-pushed",
    "owner-change",
    "owner-change-done",
    "owner-change-ended",
    "verification",
    "grant-invitation",
    "grant-given",
    "grant-answered",
    "grant-ended",
    "webhook-paused",
    "verification-contact",
    "verification-reminder",
    "verification-suspended",
);

/// The folder whose files stand in for the embedded ones for everybody.
const FOR_ALL: &str = "default";
/// Where the embedded ones are found.
const OURS: &str = "";
/// The language of last resort.
const LAST_LANGUAGE: &str = "en";
/// What a mail is signed with where no `brand.txt` says otherwise.
const BRAND: &str = "Domesday";
const FILE_OCTETS_MAX: u64 = 64 * 1024;
const FILES_MAX: usize = 10_000;

/// Why templates cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct LibraryError {
    /// The file, below the folder of templates.
    pub file: String,
    pub reason: String,
}

fn bad(file: impl Into<String>, reason: impl std::fmt::Display) -> LibraryError {
    LibraryError { file: file.into(), reason: reason.to_string() }
}

/// A mail that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Made {
    pub subject: String,
    pub text: String,
    pub html: String,
    pub links: Vec<String>,
}

/// All templates, compiled and tried.
#[derive(Debug)]
pub struct Library {
    /// By `FOLDER/NAME.LANGUAGE.txt`, with `.subject` for the first line and `.html` where there is one.
    templates: Environment<'static>,
    /// Names of brands by folder.
    brands: BTreeMap<String, String>,
    overridden: bool,
}

impl Library {
    /// The embedded templates.
    pub fn embedded() -> &'static Library {
        static LIBRARY: OnceLock<Library> = OnceLock::new();
        LIBRARY.get_or_init(|| Library::with(&[]).expect("the embedded templates are tried by a test"))
    }

    /// The embedded templates with those of a folder in front: `FOLDER/LOGIN/NAME.LANGUAGE.txt` for the brand of the account of that CentralNic
    /// login and all below it, `FOLDER/default/...` for everybody; `brand.txt` beside them holds the brand's name, `layout.html` its HTML.
    /// Every template is tried with sample values; one that does not work is told of here and not when it is needed.
    pub fn from_folder(folder: &Path) -> Result<Library, LibraryError> {
        let shown = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
        let listed = |path: &Path| -> Result<Vec<std::path::PathBuf>, LibraryError> {
            let entries = std::fs::read_dir(path).map_err(|e| bad(shown(path), e))?;
            let mut paths = Vec::new();
            for entry in entries.take(FILES_MAX) {
                let entry = entry.map_err(|e| bad(shown(path), e))?;
                if !entry.file_name().to_string_lossy().starts_with('.') {
                    paths.push(entry.path());
                }
            }
            paths.sort();
            Ok(paths)
        };
        let mut files = Vec::new();
        for brand in listed(folder)? {
            if !brand.is_dir() {
                return Err(bad(shown(&brand), "templates stand in a folder per brand, or in `default`"));
            }
            for path in listed(&brand)? {
                let name = |p: &Path| p.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                let octets = std::fs::metadata(&path).map_err(|e| bad(shown(&path), e))?.len();
                if octets > FILE_OCTETS_MAX || files.len() >= FILES_MAX {
                    return Err(bad(shown(&path), format!("more than {FILE_OCTETS_MAX} octets, or than {FILES_MAX} files")));
                }
                let text = std::fs::read_to_string(&path).map_err(|e| bad(shown(&path), e))?;
                files.push((name(&brand), name(&path), text));
            }
        }
        Library::with(&files)
    }

    /// Files as (folder, name, text) in front of the embedded ones.
    fn with(files: &[(String, String, String)]) -> Result<Library, LibraryError> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
        let mut library = Library { templates, brands: BTreeMap::new(), overridden: !files.is_empty() };
        for (name, text) in EMBEDDED {
            library.add(OURS, name, text)?;
        }
        for (folder, name, text) in files {
            library.add(&folder.to_lowercase(), name, text)?;
        }
        for (folder, name, _) in files {
            let text = format!("{}/{}.txt", folder.to_lowercase(), name.trim_end_matches(".html"));
            if name.ends_with(".html") && name != "layout.html" && library.templates.get_template(&text).is_err() {
                return Err(bad(format!("{folder}/{name}"), "the text of the same name and language is missing"));
            }
        }
        library.tried()
    }

    fn add(&mut self, folder: &str, name: &str, text: &str) -> Result<(), LibraryError> {
        let file = format!("{folder}/{name}");
        let add = |templates: &mut Environment<'static>, name: String, text: &str| {
            templates.add_template_owned(name, text.to_owned()).map_err(|e| bad(&file, e))
        };
        if name == "brand.txt" {
            let brand = one_line(text, 100);
            if brand.is_empty() {
                return Err(bad(file, "holds no name"));
            }
            self.brands.insert(folder.to_owned(), brand);
            return Ok(());
        }
        if name == "layout.html" {
            return add(&mut self.templates, file.clone(), text);
        }
        let (stem, kind) = name.rsplit_once('.').unwrap_or((name, ""));
        let (known, language) = stem.rsplit_once('.').unwrap_or((stem, ""));
        let is_known = Template::samples().iter().any(|sample| sample.name() == known);
        let is_language = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
        match kind {
            "html" if is_known && is_language => add(&mut self.templates, file.clone(), text),
            "txt" if is_known && is_language => {
                let (first, body) = text.split_once('\n').unwrap_or((text, ""));
                let subject = first.strip_prefix("Subject:").ok_or_else(|| bad(&file, "the first line is not `Subject: ...`"))?;
                add(&mut self.templates, format!("{file}.subject"), subject.trim())?;
                add(&mut self.templates, file.clone(), body.trim_start_matches(['\r', '\n']))
            }
            _ => Err(bad(file, "is no `NAME.LANGUAGE.txt` or `.html` of a mail that there is, no `layout.html` and no `brand.txt`")),
        }
    }

    /// Renders every template of every folder and language with sample values.
    fn tried(self) -> Result<Library, LibraryError> {
        let names: Vec<String> = self.templates.templates().map(|(name, _)| name.to_owned()).collect();
        let folders = names.iter().filter_map(|name| name.split_once('/')).map(|(folder, _)| folder);
        let folders: std::collections::BTreeSet<&str> = folders.collect();
        for sample in Template::samples() {
            for name in names.iter().filter(|name| name.ends_with(".txt")) {
                let Some((folder, file)) = name.split_once('/') else { continue };
                let Some(language) = file.strip_prefix(sample.name()).and_then(|rest| rest.strip_prefix('.')) else { continue };
                self.made(folder, &[folder.to_owned()], language.trim_end_matches(".txt"), &sample)?;
            }
            // A layout without texts of its own is used too.
            for folder in &folders {
                self.render(&[(*folder).to_owned()], LAST_LANGUAGE, &sample)?;
            }
        }
        Ok(self)
    }

    /// Whether a mail may look different for different accounts.
    pub(super) fn has_brands(&self) -> bool {
        self.overridden
    }

    /// Makes a mail: by the first of `brands` (folders, the account's own first) that has the language, else those for all, else the embedded
    /// ones, else the same in English.
    pub(crate) fn render(&self, brands: &[String], language: &str, template: &Template<'_>) -> Result<Made, LibraryError> {
        let language = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        for language in [language.as_str(), LAST_LANGUAGE] {
            for folder in brands.iter().map(String::as_str).chain([FOR_ALL, OURS]) {
                if self.templates.get_template(&format!("{folder}/{}.{language}.txt", template.name())).is_ok() {
                    return self.made(folder, brands, language, template);
                }
            }
        }
        Err(bad(template.name(), "there is no such template"))
    }

    fn made(&self, folder: &str, brands: &[String], language: &str, template: &Template<'_>) -> Result<Made, LibraryError> {
        let file = format!("{folder}/{}.{language}.txt", template.name());
        let brand = brands.iter().map(String::as_str).chain([FOR_ALL]).find_map(|folder| self.brands.get(folder));
        let mut values: BTreeMap<String, Value> = BTreeMap::new();
        let mut links = Vec::new();
        for (name, slot) in template.slots() {
            let value = match slot {
                Slot::Text(text) => Value::from(text),
                Slot::Number(number) => Value::from(number),
                Slot::Flag(flag) => Value::from(flag),
                Slot::Link(link) => {
                    links.push(link.clone());
                    Value::from(link)
                }
            };
            values.insert(name.to_owned(), value);
        }
        values.insert("brand".to_owned(), Value::from(brand.map_or(BRAND, String::as_str)));
        values.insert("language".to_owned(), Value::from(language));
        let rendered = |name: &str, values: &BTreeMap<String, Value>| {
            self.templates.get_template(name).and_then(|t| t.render(Value::from(values.clone()))).map_err(|e| bad(name, e))
        };
        let subject = one_line(&rendered(&format!("{file}.subject"), &values)?, SUBJECT_MAX);
        if subject.is_empty() {
            return Err(bad(file, "the subject is empty"));
        }
        let mut text = rendered(&file, &values)?.replace("\r\n", "\n").trim().to_owned();
        text.push('\n');

        let own = file.replace(".txt", ".html");
        let html = if self.templates.get_template(&own).is_ok() {
            rendered(&own, &values)?
        } else {
            let layout = brands.iter().map(String::as_str).chain([FOR_ALL, OURS]).map(|folder| format!("{folder}/layout.html"));
            let layout = layout.into_iter().find(|name| self.templates.get_template(name).is_ok()).unwrap_or_default();
            let paragraphs = text.split("\n\n").map(str::trim).filter(|p| !p.is_empty());
            let paragraphs: Vec<Value> = paragraphs.map(|p| p.lines().map(Value::from).collect()).collect();
            values.insert("paragraphs".to_owned(), Value::from(paragraphs));
            values.insert("links".to_owned(), Value::from(links.clone()));
            values.insert("subject".to_owned(), Value::from(subject.clone()));
            rendered(&layout, &values)?
        };
        Ok(Made { subject, text, html, links })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(files: &[(&str, &str, &str)]) -> Result<Library, LibraryError> {
        let owned = |(a, b, c): &(&str, &str, &str)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned());
        Library::with(&files.iter().map(owned).collect::<Vec<_>>())
    }

    #[test]
    fn every_embedded_mail_shows_its_values_in_both_languages() {
        let library = Library::embedded();
        let mut subjects = std::collections::BTreeSet::new();
        for sample in Template::samples() {
            for language in ["en", "de"] {
                let made = library.render(&[], language, &sample).unwrap();
                assert!(!made.subject.contains('\n') && made.text.ends_with("\nDomesday\n"), "{made:?}");
                assert!(!made.text.contains("\n\n\n") && !made.text.contains("{{"), "{made:?}");
                subjects.insert(made.subject.clone());
                for (name, slot) in sample.slots() {
                    match slot {
                        Slot::Link(link) => {
                            assert!(made.links.contains(&link) && made.text.contains(&format!("\n{link}\n")), "{name}: {made:?}");
                            assert!(made.html.contains("<a href=\"https:"), "{}", made.html);
                        }
                        Slot::Text(text) if name == "domain" => assert!(made.subject.contains(&text) && made.html.contains(&text)),
                        _ => {}
                    }
                }
            }
        }
        // Each mail has a subject of its own in each language, whatever way it goes.
        let mails: std::collections::BTreeSet<&str> = Template::samples().iter().map(|sample| sample.name()).collect();
        assert_eq!(subjects.len(), 2 * mails.len());
    }

    #[test]
    fn languages_fall_back_to_english() {
        let sample = &Template::samples()[0];
        let subject = |language: &str| Library::embedded().render(&[], language, sample).unwrap().subject;
        for language in ["de", "de_DE", "de-AT", "DE"] {
            assert_eq!(subject(language), "Niedriges Guthaben: 4.50 USD", "{language}");
        }
        for language in ["", "en_US", "ko", "../x", "de\r\nBcc: x"] {
            assert!(subject(language).starts_with("Low balance") || language.starts_with("de"), "{language}");
        }
    }

    #[test]
    fn values_cannot_add_lines_links_or_markup() {
        let link = "https://registrar.example/foa/1";
        let until = model::Timestamp::from_seconds(1_900_000_000);
        for bad in [
            "x\r\nBcc: victim@example.org",
            "x\n\nhttps://evil.example/",
            "<a href=\"https://evil.example\">click</a>",
            "{{ link }}{% for x in y %}",
            "\u{202e}evil",
            "x\u{2028}y",
            "\r\n.\r\nQUIT",
            &"long ".repeat(1_000),
        ] {
            let template = Template::Verification { domain: "example.com", name: bad, link, until };
            let plain = Template::Verification { domain: "example.com", name: "Ada", link, until };
            let (made, expected) =
                (Library::embedded().render(&[], "en", &template).unwrap(), Library::embedded().render(&[], "en", &plain).unwrap());
            assert_eq!(made.text.lines().count(), expected.text.lines().count(), "{bad:?}");
            assert_eq!(made.html.matches('<').count(), expected.html.matches('<').count(), "{bad:?}");
            assert_eq!(made.links, [link]);
            assert!(!made.text.contains(['\r', '\u{2028}', '\u{202e}']) && made.text.len() < 2_000);
            let template = Template::Verification { domain: bad, name: "Ada", link, until };
            let made = Library::embedded().render(&[], "en", &template).unwrap();
            assert!(!made.subject.chars().any(model::text::is_forbidden) && made.subject.chars().count() <= SUBJECT_MAX + 1, "{bad:?}");
        }
    }

    #[test]
    fn brands_stand_before_the_default_and_that_before_the_embedded() {
        let library = library(&[
            ("default", "brand.txt", "Names Ltd\n"),
            ("default", "low-balance.en.txt", "Subject: Money\n\nDefault {{ balance }} {{ brand }}"),
            ("Shop", "brand.txt", "Shop & Co"),
            ("shop", "low-balance.en.txt", "Subject: Top up\n\nShop {{ balance }} {{ brand }}"),
            ("shop", "low-balance.en.html", "<b>{{ brand }}</b>"),
            ("shop", "layout.html", "<i>{{ brand }}</i>{% for p in paragraphs %}{{ p[0] }}{% endfor %}"),
        ])
        .unwrap();
        let sample = &Template::samples()[0];
        let made = |brands: &[&str], language: &str| {
            let brands: Vec<String> = brands.iter().map(|b| (*b).to_owned()).collect();
            library.render(&brands, language, sample).unwrap()
        };
        let shop = made(&["shop"], "en");
        assert_eq!(
            (shop.subject.as_str(), shop.text.as_str(), shop.html.as_str()),
            ("Top up", "Shop 4.50 USD Shop & Co\n", "<b>Shop &amp; Co</b>")
        );
        // A sub-account of the shop is written to as the shop does, another reseller as the operator does.
        assert_eq!(made(&["sub", "shop"], "en").subject, "Top up");
        assert_eq!(made(&["other"], "en").text, "Default 4.50 USD Names Ltd\n");
        // The language goes before the brand; the brand's name and layout stay.
        let german = made(&["shop"], "de");
        assert!(
            german.subject.starts_with("Niedriges")
                && german.text.ends_with("Shop & Co\n")
                && german.html.starts_with("<i>Shop &amp; Co</i>")
        );
    }

    #[test]
    fn templates_that_do_not_work_are_told_of_at_once() {
        for (file, text, reason) in [
            ("low-balance.en.txt", "Hello", "first line"),
            ("low-balance.en.txt", "Subject: {{ balanse }}\n\nx", "undefined"),
            ("low-balance.en.txt", "Subject: x\n\n{{ link }}", "undefined"),
            ("low-balance.en.txt", "Subject: x\n\n{% if %}", "low-balance.en.txt"),
            ("low-balance.en.txt", "Subject: {# #}\n\nx", "subject is empty"),
            ("low-ballance.en.txt", "Subject: x\n\ny", "is no"),
            ("low-balance.english.txt", "Subject: x\n\ny", "is no"),
            ("low-balance.fr.html", "<p>", "is missing"),
            ("layout.html", "{{ nothing }}", "undefined"),
            ("brand.txt", " \n", "no name"),
        ] {
            let told = library(&[("shop", file, text)]).unwrap_err().to_string();
            assert!(told.contains(reason), "{file} {text}: {told}");
        }
    }
}
