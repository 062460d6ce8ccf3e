//! What each refusal code says to people: one sentence and one remedy, in English and 繁體中文. *Pure.*

use crate::refusal::{Code, Language};

/// The sentence and the remedy of a code.
pub(crate) fn of(code: Code, language: Language) -> (&'static str, &'static str) {
    match language {
        Language::En => english(code),
        Language::ZhTw => chinese(code),
    }
}

fn english(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::RowColumns => (
            "The row has more or fewer fields than the header.",
            "Give the row one field for every column of the header, and put double quotes around fields that contain commas, quotes or line breaks.",
        ),
        Code::RowEncoding => (
            "The cell contains bytes that the declared encoding does not define, or a user-defined character (造字).",
            "Save the file in the encoding you declare, and replace user-defined characters by standard ones or send the file in UTF-8.",
        ),
        Code::RowMissing => ("A required cell is empty.", "Fill in the cell."),
        Code::RowFormat => (
            "The cell is not of the kind its column asks for.",
            "Correct the cell to the format, the code list or the characters that the batch file specification gives for this column.",
        ),
        Code::RowLength => (
            "The cell is longer than its column allows.",
            "Shorten the cell to the length that the batch file specification gives for this column.",
        ),
        Code::RowDuplicate => (
            "An earlier line of this file has the same consent number, identity number and item.",
            "Remove the repeated line; if a second query is meant, give it its own consent.",
        ),
        Code::SubIdFormat => (
            "The identity number does not have the shape of a national or resident number.",
            "Enter the ten characters as printed on the card: capital letters, no spaces, no full-width characters.",
        ),
        Code::SubIdCheck => (
            "The check digit of the identity number is wrong.",
            "Compare the number with the card; one character is mistyped or two are swapped.",
        ),
        Code::SubIdRetired => (
            "This is an old resident number, which is no longer valid from 2031-01-01.",
            "Ask the subject for the new resident number and for a consent that names it.",
        ),
        Code::SubBirth => (
            "The birth date does not exist, lies in the future, or lies more than 120 years back.",
            "Correct the birth date, written YYYY-MM-DD or as seven digits of the ROC calendar.",
        ),
        Code::SubMinor => (
            "The subject was not yet of age at the time of consent.",
            "Do not query this person; a consent given by a minor alone is not accepted here.",
        ),
        Code::CnsMissing => (
            "The consent columns are empty and no consent with this number is registered for your institution.",
            "Fill in the consent columns, or register the consent before you submit the batch.",
        ),
        Code::CnsFormUnknown => (
            "No consent form with this form number and version is registered.",
            "Correct the form number and version, or have the form registered first.",
        ),
        Code::CnsFormLapsed => (
            "The form version was not in force at the time of consent.",
            "Ask the subject to agree to the version in force, or correct the form version if it was entered wrongly.",
        ),
        Code::CnsFormHash => (
            "The hash of the form differs from the hash of the registered text.",
            "Find out which text the subject really agreed to; if it was the registered one, correct the hash.",
        ),
        Code::CnsTime => (
            "The times are out of order: the consent is later than the approval or than now, or the identity check is too long after the consent.",
            "Correct the times and their UTC offsets; approve a query only after the subject has consented.",
        ),
        Code::CnsExpired => (
            "The consent is older than the number of days its form allows.",
            "Ask the subject for a new consent.",
        ),
        Code::CnsWithdrawn => (
            "The subject has withdrawn this consent.",
            "Do not query this person on this consent; a new query needs a new consent.",
        ),
        Code::CnsUsed => (
            "This consent has already been used, or an unsettled query has reserved it.",
            "Wait until the earlier query is settled, or ask the subject for a new consent.",
        ),
        Code::CnsSource => (
            "An electronic consent must show the IP address or the telephone number it came from.",
            "Fill in consent_ip or consent_phone from the record of the signing.",
        ),
        Code::CnsIdv => (
            "This method of identity verification is not accepted for this consent channel.",
            "Verify the subject's identity by an accepted method and obtain the consent again, or correct the method if it was entered wrongly.",
        ),
        Code::CnsIdvFailed => (
            "The identity verification of the subject failed.",
            "Do not query this person before an identity verification has passed and the consent has been given again.",
        ),
        Code::CnsOtherMember => (
            "This consent number is registered for another institution.",
            "Use a consent that was given to your institution, under your own consent number.",
        ),
        Code::CnsOtherSubject => (
            "The consent registered under this number was given by another person.",
            "Correct the consent number or the identity number so that both belong to the same person.",
        ),
        Code::CnsPurpose => (
            "The form does not cover the purpose of this query.",
            "Ask the subject to agree to a form that names this purpose.",
        ),
        Code::CnsItem => (
            "The form does not cover the query item.",
            "Correct the item, or ask the subject to agree to a form that names it.",
        ),
        Code::CnsConflict => (
            "A consent with this number is registered with other content.",
            "Correct the consent columns to the registered content, or leave them all empty; a different consent needs its own number.",
        ),
        Code::AprSelf => (
            "The querier and the approver are the same person.",
            "Have the query approved by another person who holds the approve right.",
        ),
        Code::AprQuerier => (
            "The querier has no account at this institution, or did not hold the query right on the day of approval or does not hold it today.",
            "Correct the account, or bring the authorisation table up to date, then send the row in a new batch.",
        ),
        Code::AprApprover => (
            "The approver has no account at this institution, or did not hold the approve right on the day of approval or does not hold it today.",
            "Correct the account, or bring the authorisation table up to date and have the query approved again.",
        ),
        Code::AprTime => (
            "The approval is later than now, or too long ago.",
            "Correct the time of approval and its UTC offset, or have the query approved again.",
        ),
        Code::GateItem => (
            "This query item is not granted to your institution, or is stopped at present.",
            "Ask the bureau; when the item is granted or the stop is lifted, send the row in a new batch.",
        ),
        Code::GateMember => (
            "Your institution is stopped, no longer valid or not yet valid.",
            "Ask the bureau why; when the institution is admitted again, send the row in a new batch.",
        ),
        Code::GatePerson => (
            "The querier or the approver is stopped, or the querier has a weekly sheet that has waited too long for a signature.",
            "Sign the overdue sheets, ask the bureau why, or have the query made and approved by persons who are not stopped.",
        ),
        Code::GateLink => (
            "The connection to the provider is stopped or outside its permitted dates.",
            "Wait for the bureau's notice that the connection is open, then send the row in a new batch.",
        ),
        Code::GatePurge => (
            "Nothing is asked while deletion, journal or key custody is not in order.",
            "Nothing in the row is wrong: run the batch again when the operator has mended the fault that `mayfly doctor` names.",
        ),
        Code::GateClock => (
            "Nothing is asked while the clocks disagree.",
            "Nothing in the row is wrong: run the batch again when the operator has set the clock and `mayfly doctor` finds it in order.",
        ),
        Code::GateExpired => (
            "The submitted file was destroyed after its 72 hours, before this row could be asked.",
            "Nothing in the row is wrong: submit it again in a new batch, with a new approval.",
        ),
        Code::PrvMismatch => (
            "The provider's answer does not belong to the person or the query that was asked.",
            "The answer was not kept; check identity number and birth date, and report the query number to the bureau.",
        ),
        Code::PrvTimeout => (
            "The provider did not answer in time.",
            "If the row failed, send it later in a new batch; if it is unresolved, wait until the bureau has settled it.",
        ),
        Code::PrvRefused => (
            "The provider refused the query.",
            "Check identity number and birth date; if they are right, ask the bureau for the provider's reason.",
        ),
        Code::PrvIntegrity => (
            "The provider's reply was damaged or incomplete.",
            "The answer was not kept; if the row failed, send it later in a new batch.",
        ),
        Code::PrvUnknown => (
            "It is not known whether the provider carried out the query.",
            "Do not submit the row again; the bureau settles it with the provider by its query number.",
        ),
    }
}

fn chinese(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::RowColumns => (
            "本列的欄位數與標題列不符。",
            "請讓本列與標題列逐欄對應；內容含逗號、引號或換行者，請以雙引號括住。",
        ),
        Code::RowEncoding => (
            "此欄含有所宣告編碼未定義的位元組，或使用者造字。",
            "請以所宣告的編碼存檔，並將造字改為標準字，或改用 UTF-8 送件。",
        ),
        Code::RowMissing => ("必填欄位空白。", "請補填此欄。"),
        Code::RowFormat => (
            "此欄內容不符該欄位規定的格式。",
            "請依批次檔規格，改為該欄位規定的格式、代碼或字元。",
        ),
        Code::RowLength => (
            "此欄內容超過該欄位的長度上限。",
            "請依批次檔規格，縮短至該欄位容許的長度。",
        ),
        Code::RowDuplicate => (
            "本檔較前面的列已有相同的授權編號、身分證號與查詢項目。",
            "請刪除重複的列；確需再次查詢者，應另行取得授權。",
        ),
        Code::SubIdFormat => (
            "身分證號不符國民身分證統一編號或外來人口統一證號的格式。",
            "請依證件所載輸入十碼，英文字母須為半形大寫，不得有空白或全形字。",
        ),
        Code::SubIdCheck => (
            "身分證號的檢查碼錯誤。",
            "請核對證件，通常是其中一碼誤植或兩碼顛倒。",
        ),
        Code::SubIdRetired => (
            "此為舊式外來人口統一證號，自民國120年1月1日起不得再使用。",
            "請當事人提供新式統一證號，並以新式證號重新取得授權。",
        ),
        Code::SubBirth => (
            "出生日期不存在、晚於今日，或早於120年前。",
            "請更正出生日期，格式為西元 YYYY-MM-DD 或民國七碼 YYYMMDD。",
        ),
        Code::SubMinor => (
            "當事人於授權時尚未成年。",
            "請勿查詢此人；本系統不受理未成年人單獨所為的授權。",
        ),
        Code::CnsMissing => (
            "授權相關欄位均為空白，且貴機構未曾登錄此授權編號。",
            "請補填授權相關欄位，或先登錄授權再送批次。",
        ),
        Code::CnsFormUnknown => (
            "查無此授權書代號及版本。",
            "請更正授權書代號與版本，或先辦理授權書登錄。",
        ),
        Code::CnsFormLapsed => (
            "此授權書版本於授權時間並非有效版本。",
            "請當事人改簽現行版本；若僅為版本誤填，請更正授權書版本。",
        ),
        Code::CnsFormHash => (
            "授權書雜湊值與登錄的授權書全文不符。",
            "請查明當事人實際同意的授權書全文；若確為登錄版本，請更正雜湊值。",
        ),
        Code::CnsTime => (
            "時間順序不合：授權時間晚於核准時間或現在，或身分驗證時間晚於授權時間過久。",
            "請更正各時間及其時區；應於當事人授權後始得核准查詢。",
        ),
        Code::CnsExpired => ("授權已逾授權書所定的有效日數。", "請重新取得當事人授權。"),
        Code::CnsWithdrawn => (
            "當事人已撤回此授權。",
            "不得再依此授權查詢；如需查詢，應重新取得授權。",
        ),
        Code::CnsUsed => (
            "此授權已使用完畢，或已由尚未結案的查詢保留。",
            "請待前次查詢結案，或重新取得當事人授權。",
        ),
        Code::CnsSource => (
            "電子授權應載明來源 IP 或來源電話。",
            "請依簽署紀錄補填來源IP或來源電話。",
        ),
        Code::CnsIdv => (
            "此授權方式不接受所填的身分驗證方式。",
            "請改以可接受的方式驗證身分並重新取得授權；若僅為誤填，請更正身分驗證方式。",
        ),
        Code::CnsIdvFailed => (
            "當事人的身分驗證結果為未通過。",
            "於身分驗證通過並重新取得授權前，不得查詢此人。",
        ),
        Code::CnsOtherMember => (
            "此授權編號已由其他使用單位登錄。",
            "請使用當事人授予貴機構的授權，並填寫貴機構自己的授權編號。",
        ),
        Code::CnsOtherSubject => (
            "此授權編號所登錄的授權屬於另一位當事人。",
            "請更正授權編號或身分證號，使兩者屬於同一人。",
        ),
        Code::CnsPurpose => ("授權書未涵蓋本次查詢的目的。", "請當事人簽署載明此目的的授權書。"),
        Code::CnsItem => (
            "授權書未涵蓋此查詢項目。",
            "請更正查詢項目，或請當事人簽署載明此項目的授權書。",
        ),
        Code::CnsConflict => (
            "此授權編號已登錄，但內容與本列不同。",
            "請更正為已登錄的內容，或將授權相關欄位全部留白；不同的授權應使用不同編號。",
        ),
        Code::AprSelf => ("查詢人員與核准人員為同一人。", "請由另一位具核准權限的人員核准。"),
        Code::AprQuerier => (
            "查詢人員於貴機構查無此帳號，或於核准當日或今日無查詢權限。",
            "請更正帳號，或先更新授權表，再以新批號送件。",
        ),
        Code::AprApprover => (
            "核准人員於貴機構查無此帳號，或於核准當日或今日無核准權限。",
            "請更正帳號，或先更新授權表並重新核准。",
        ),
        Code::AprTime => (
            "核准時間晚於現在，或距今已逾規定期限。",
            "請更正核准時間及其時區，或重新核准。",
        ),
        Code::GateItem => (
            "貴機構未獲准查詢此項目，或此項目目前停止查詢。",
            "請洽管理機構；待獲准或恢復後，以新批號送件。",
        ),
        Code::GateMember => (
            "貴機構目前遭停用、資格已失效或尚未生效。",
            "請洽管理機構瞭解原因，待恢復資格後以新批號送件。",
        ),
        Code::GatePerson => (
            "查詢人員或核准人員目前遭停用，或查詢人員的每週查詢紀錄單逾期過久未核章。",
            "請完成逾期查詢紀錄單的核章、洽管理機構瞭解原因，或改由未遭停用的人員查詢及核准。",
        ),
        Code::GateLink => (
            "與資料提供機關的介接已停止，或不在核准期間內。",
            "請待管理機構通知恢復介接後，以新批號送件。",
        ),
        Code::GatePurge => (
            "刪除作業、軌跡或金鑰保管異常期間，一律不對外查詢。",
            "本列內容無誤；請待維運人員依 `mayfly doctor` 所示排除異常後重新執行。",
        ),
        Code::GateClock => (
            "系統時鐘不一致期間，一律不對外查詢。",
            "本列內容無誤；請待維運人員校時並經 `mayfly doctor` 確認後重新執行。",
        ),
        Code::GateExpired => (
            "送件檔案暫存滿 72 小時已刪除，本列未及查詢。",
            "本列內容無誤；請以新批次重新送件，並重新取得核准。",
        ),
        Code::PrvMismatch => (
            "資料提供機關的回覆與所查詢的人或查詢序號不符。",
            "該回覆未予保存；請核對身分證號與出生日期，並將查詢序號通報管理機構。",
        ),
        Code::PrvTimeout => (
            "資料提供機關逾時未回覆。",
            "狀態為失敗者，請稍後以新批號送件；狀態為未決者，請待管理機構釐清。",
        ),
        Code::PrvRefused => (
            "資料提供機關拒絕本次查詢。",
            "請核對身分證號與出生日期；若均無誤，請洽管理機構瞭解拒絕原因。",
        ),
        Code::PrvIntegrity => (
            "資料提供機關的回覆毀損或不完整。",
            "該回覆未予保存；狀態為失敗者，請稍後以新批號送件。",
        ),
        Code::PrvUnknown => (
            "無法確知資料提供機關是否已執行本次查詢。",
            "請勿重新送件；管理機構將以查詢序號與資料提供機關確認後結案。",
        ),
    }
}
