//! Every frame that is written is valid by the published schemas and reads back as the same value.

mod common;

use epp::xsd::Validator;

#[test]
fn written_frames_read_back() {
    for frame in common::client_frames() {
        let xml = epp::write_client(&frame).unwrap();
        assert_eq!(epp::read_client(&xml).as_ref(), Ok(&frame), "{}", String::from_utf8_lossy(&xml));
    }
    for frame in common::server_frames() {
        let xml = epp::write_server(&frame).unwrap();
        assert_eq!(epp::read_server(&xml).as_ref(), Ok(&frame), "{}", String::from_utf8_lossy(&xml));
    }
}

#[test]
fn written_frames_are_valid() {
    let Some(validator) = Validator::load_if_present() else { return };
    let client = common::client_frames();
    let server = common::server_frames();
    let frames = client.iter().map(epp::write_client).chain(server.iter().map(epp::write_server));
    for xml in frames.map(Result::unwrap) {
        if let Err(problems) = validator.check(&xml) {
            panic!("{problems:#?}\n{}", String::from_utf8_lossy(&xml));
        }
    }
}

#[test]
fn the_validator_refuses_wrong_frames() {
    let Some(validator) = Validator::load_if_present() else { return };
    let update = |inner: &str| {
        format!(
            "<epp xmlns=\"{}\"><command><update><domain:update xmlns:domain=\"{}\"><domain:name>a.kr</domain:name></domain:update></update>\
             <extension>{inner}</extension></command></epp>",
            epp::ns::EPP,
            epp::ns::DOMAIN
        )
    };
    let kr = |inner: &str| update(&format!("<kr:update xmlns:kr=\"{}\">{inner}</kr:update>", epp::ns::KR));
    assert_eq!(validator.check(kr("<kr:trustee>1</kr:trustee>").as_bytes()), Ok(()));
    for wrong in ["<kr:trustee>perhaps</kr:trustee>", "<kr:other/>", "<kr:trustee>1</kr:trustee><kr:ctfyType>A</kr:ctfyType>"] {
        assert!(validator.check(kr(wrong).as_bytes()).is_err(), "{wrong}");
    }
    assert!(validator.check(update("<rgp:update xmlns:rgp=\"urn:ietf:params:xml:ns:rgp-1.0\"/>").as_bytes()).is_err());
    assert!(validator.check(b"<epp/>").is_err());
}
