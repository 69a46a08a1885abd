//! EPP result codes and their standard messages (RFC 5730 section 3).

/// One constant per code, and `message` which gives the English text of the RFC.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        $(
            #[doc = $text]
            $(#[$doc])*
            pub const $name: u16 = $code;
        )*

        /// The RFC's English message of a code; `None` for a code that the RFC does not list.
        pub fn message(code: u16) -> Option<&'static str> {
            match code {
                $($code => Some($text),)*
                _ => None,
            }
        }

        /// Every code of the RFC, ascending.
        pub const ALL: &[u16] = &[$($code),*];
    };
}

codes! {
    SUCCESS = 1000, "Command completed successfully";
    /// The outcome comes later, as a poll message.
    SUCCESS_PENDING = 1001, "Command completed successfully; action pending";
    SUCCESS_NO_MESSAGES = 1300, "Command completed successfully; no messages";
    SUCCESS_ACK_TO_DEQUEUE = 1301, "Command completed successfully; ack to dequeue";
    SUCCESS_ENDING_SESSION = 1500, "Command completed successfully; ending session";
    UNKNOWN_COMMAND = 2000, "Unknown command";
    SYNTAX_ERROR = 2001, "Command syntax error";
    USE_ERROR = 2002, "Command use error";
    PARAMETER_MISSING = 2003, "Required parameter missing";
    PARAMETER_RANGE = 2004, "Parameter value range error";
    PARAMETER_SYNTAX = 2005, "Parameter value syntax error";
    UNIMPLEMENTED_VERSION = 2100, "Unimplemented protocol version";
    UNIMPLEMENTED_COMMAND = 2101, "Unimplemented command";
    UNIMPLEMENTED_OPTION = 2102, "Unimplemented option";
    UNIMPLEMENTED_EXTENSION = 2103, "Unimplemented extension";
    BILLING_FAILURE = 2104, "Billing failure";
    NOT_ELIGIBLE_FOR_RENEWAL = 2105, "Object is not eligible for renewal";
    NOT_ELIGIBLE_FOR_TRANSFER = 2106, "Object is not eligible for transfer";
    AUTHENTICATION_ERROR = 2200, "Authentication error";
    AUTHORIZATION_ERROR = 2201, "Authorization error";
    INVALID_AUTH_INFO = 2202, "Invalid authorization information";
    PENDING_TRANSFER = 2300, "Object pending transfer";
    NOT_PENDING_TRANSFER = 2301, "Object not pending transfer";
    OBJECT_EXISTS = 2302, "Object exists";
    OBJECT_DOES_NOT_EXIST = 2303, "Object does not exist";
    STATUS_PROHIBITS = 2304, "Object status prohibits operation";
    ASSOCIATION_PROHIBITS = 2305, "Object association prohibits operation";
    PARAMETER_POLICY = 2306, "Parameter value policy error";
    UNIMPLEMENTED_OBJECT = 2307, "Unimplemented object service";
    DATA_MANAGEMENT_POLICY = 2308, "Data management policy violation";
    COMMAND_FAILED = 2400, "Command failed";
    COMMAND_FAILED_CLOSING = 2500, "Command failed; server closing connection";
    AUTHENTICATION_CLOSING = 2501, "Authentication error; server closing connection";
    SESSION_LIMIT = 2502, "Session limit exceeded; server closing connection";
}

/// Whether the command was done or accepted: the codes 1000 to 1999, unlisted ones included.
pub fn is_success(code: u16) -> bool {
    (1000..2000).contains(&code)
}

/// Whether the server closes the connection after this reply: 1500 and the codes 2500 to 2599.
pub fn closes_session(code: u16) -> bool {
    code == SUCCESS_ENDING_SESSION || (2500..2600).contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_codes_have_messages_and_stand_in_order() {
        assert_eq!(ALL.len(), 34);
        assert!(ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ALL.iter().all(|code| message(*code).is_some()));
        assert_eq!(message(1000), Some("Command completed successfully"));
        assert_eq!(message(2999), None);
    }

    #[test]
    fn families() {
        assert!(is_success(1001) && is_success(1999) && !is_success(2000) && !is_success(0));
        assert!(closes_session(1500) && closes_session(2502) && closes_session(2599) && !closes_session(2400));
    }
}
