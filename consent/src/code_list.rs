//! The closed lists of codes a cell can hold: reason, channel, identity check and its result. *Pure.*

use crate::refusal::Code;

macro_rules! code_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every entry of the list, in its order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The code as files carry it.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// Reads a cell.
            ///
            /// # Errors
            /// `ROW-MISSING` when it is empty, `ROW-FORMAT` when the list has no such code.
            pub fn parse(cell: &str) -> Result<$name, Code> {
                match cell {
                    $($text => Ok($name::$variant),)*
                    "" => Err(Code::RowMissing),
                    _ => Err(Code::RowFormat),
                }
            }
        }
    };
}

code_list! {
    /// Why the member asks (事由代碼); both are the purpose `credit`.
    ReasonCode {
        /// New business, 新業務申請.
        NewBusiness = "1",
        /// Existing business, 原業務往來.
        ExistingBusiness = "2",
    }
}

code_list! {
    /// How the subject consented (授權方式).
    Channel {
        /// Electronically.
        Electronic = "electronic",
        /// On paper.
        Paper = "paper",
    }
}

code_list! {
    /// How the subject's identity was verified (身分驗證方式).
    IdvMethod {
        /// Citizen certificate, 自然人憑證.
        Moica = "moica",
        /// 金融 FidO.
        Fido = "fido",
        /// One-time password with an account check.
        Otp = "otp",
        /// Chip card with its PIN, 晶片金融卡.
        ChipCard = "chip_card",
        /// MyData.
        Mydata = "mydata",
        /// In person at the counter.
        Counter = "counter",
        /// Video call.
        Video = "video",
    }
}

code_list! {
    /// What the identity check found (身分驗證結果).
    IdvResult {
        /// It passed.
        Passed = "passed",
        /// It failed.
        Failed = "failed",
    }
}

impl ReasonCode {
    /// The purpose this reason serves, as forms name it.
    pub const fn purpose(self) -> &'static str {
        match self {
            ReasonCode::NewBusiness | ReasonCode::ExistingBusiness => "credit",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_its_own_codes_and_no_others() {
        for method in IdvMethod::ALL {
            assert_eq!(IdvMethod::parse(method.as_str()), Ok(*method));
        }
        assert_eq!(IdvMethod::ALL.len(), 7);
        assert_eq!(Channel::parse("paper"), Ok(Channel::Paper));
        assert_eq!(Channel::parse("Paper"), Err(Code::RowFormat));
        assert_eq!(Channel::parse(""), Err(Code::RowMissing));
        assert_eq!(ReasonCode::parse("3"), Err(Code::RowFormat));
        assert_eq!(IdvResult::parse("failed"), Ok(IdvResult::Failed));
    }
}
