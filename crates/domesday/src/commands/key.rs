//! `domesday key`: API keys made, listed and revoked. A key is random, and only its digest is kept.

use super::{existing, table, words};
use crate::assemble::StoreOptions;
use crate::world::world;
use clap::{Args, Subcommand};
use engine::Actor;
use engine::account::manage::{AddKey, Keys, RevokeKey};
use model::{Access, Network};
use std::process::ExitCode;

#[derive(Subcommand, Clone, Debug)]
pub enum KeyCommand {
    /// Make a key and print it once.
    #[command(after_help = "Example: domesday key create anna --label billing-robot --access read-only")]
    Create(CreateOptions),
    /// List an account's keys, without their secrets.
    #[command(after_help = "Example: domesday key list anna")]
    List(ListOptions),
    /// Revoke the keys of a label; the sessions that they opened end with them.
    #[command(after_help = "Example: domesday key revoke anna --label billing-robot")]
    Revoke(RevokeOptions),
}

#[derive(Args, Clone, Debug)]
pub struct CreateOptions {
    /// The account's login of either interface.
    login: String,
    /// The name under which the key is listed and revoked.
    #[arg(long, env = "DOMESDAY_LABEL")]
    label: String,
    /// full, read-only, modify-only (all that costs nothing) or whois-only.
    #[arg(long, env = "DOMESDAY_ACCESS", default_value = "full", value_parser = access)]
    access: Access,
    /// Where it may be used from: an address or a network such as 192.0.2.0/24; once for each, anywhere if never given.
    #[arg(long = "from", env = "DOMESDAY_FROM", value_delimiter = ',', value_parser = network)]
    networks: Vec<Network>,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct ListOptions {
    /// The account's login of either interface.
    login: String,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct RevokeOptions {
    /// The account's login of either interface.
    login: String,
    #[arg(long, env = "DOMESDAY_LABEL")]
    label: String,
    #[command(flatten)]
    store: StoreOptions,
}

fn access(word: &str) -> Result<Access, String> {
    Access::from_word(word).ok_or_else(|| "one of full, read-only, modify-only, whois-only".to_owned())
}

fn network(word: &str) -> Result<Network, String> {
    word.parse().map_err(str::to_owned)
}

pub fn run(command: KeyCommand) -> anyhow::Result<ExitCode> {
    match command {
        KeyCommand::Create(options) => {
            let opened = existing(&options.store)?;
            let mut random = [0_u8; 20];
            (world().entropy)(&mut random);
            let key = render(&random);
            let add =
                AddKey { login: options.login, key: key.clone(), label: options.label, access: options.access, networks: options.networks };
            opened.sandbox.engine().run(&Actor::staff(), add).map_err(words::told)?;
            table::say(&key)?;
            eprintln!("It is shown only now; what is kept is a digest.");
        }
        KeyCommand::List(options) => {
            let opened = existing(&options.store)?;
            let keys = opened.sandbox.engine().run(&Actor::staff(), Keys { login: options.login }).map_err(words::told)?;
            let mut table = table::with_head(&["label", "access", "from", "made", "revoked"], &[]);
            for key in keys {
                let from = if key.networks.is_empty() { "anywhere".to_owned() } else { key.networks };
                table.add_row([
                    key.label,
                    key.access,
                    from,
                    key.created_at.rfc3339(),
                    key.revoked_at.map(|at| at.rfc3339()).unwrap_or_default(),
                ]);
            }
            table::say(&table)?;
        }
        KeyCommand::Revoke(options) => {
            let opened = existing(&options.store)?;
            let revoke = RevokeKey { login: options.login, label: options.label };
            match opened.sandbox.engine().run(&Actor::staff(), revoke).map_err(words::told)? {
                0 => {
                    eprintln!("there is no such key");
                    return Ok(ExitCode::FAILURE);
                }
                1 => table::say("one key is revoked")?,
                count => table::say(format!("{count} keys are revoked"))?,
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `dd_`, 160 random bits, and a checksum by which a mistyped or cut key is known for one, also to scanners for lost secrets.
fn render(random: &[u8; 20]) -> String {
    format!("dd_{}{}", base32(random), base32(&crc32(random).to_be_bytes()))
}

/// Lower-case base 32 in Crockford's letters, which leave out what looks alike.
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let (mut text, mut bits, mut held) = (String::new(), 0_u32, 0_u32);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(LETTERS[((bits >> held) & 31) as usize]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        text.push(char::from(LETTERS[((bits << (5 - held)) & 31) as usize]));
    }
    text
}

/// CRC-32 of IEEE 802.3.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_letters_are_the_standard_ones() {
        // The check value of CRC-32 in the catalogue of parametrised CRC algorithms.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(base32(b""), "");
        assert_eq!(base32(&[0xff]), "zw");
        // The five-bit groups 0 to 7.
        assert_eq!(base32(&[0x00, 0x44, 0x32, 0x14, 0xc7]), "01234567");
    }

    #[test]
    fn keys_have_one_form() {
        let key = render(&[0xa5; 20]);
        assert_eq!(key.len(), 3 + 32 + 7);
        assert!(key.starts_with("dd_") && key[3..].bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        let mut other = [0xa5; 20];
        other[19] ^= 1;
        assert_ne!(key[35..], render(&other)[35..], "one bit changes the sum");
    }
}
