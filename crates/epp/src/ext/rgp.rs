//! Grace periods and restore (RFC 3915, rgp-1.0). Grace-period statuses of replies are plain [`crate::common::Status`] values.

use crate::RawXml;

/// `<rgp:restore>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restore {
    /// `op="request"`.
    Request,
    /// `op="report"`.
    Report(Box<Report>),
}

/// `<rgp:report>`: why the deleted name is wanted back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Registration data before the deletion: text or elements.
    pub pre_data: RawXml,
    /// Registration data at the time of this report: text or elements.
    pub post_data: RawXml,
    /// When it was deleted, RFC 3339.
    pub del_time: String,
    /// When the restore was asked for, RFC 3339.
    pub res_time: String,
    pub res_reason: String,
    /// One or two statements; the RFC prescribes two.
    pub statements: Vec<String>,
    pub other: Option<RawXml>,
}
