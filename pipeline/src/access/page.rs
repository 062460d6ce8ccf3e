//! A register as a page to print, in 繁體中文; modelled on the forms that banks use (五(一)2). *Pure.*

use mayfly_consent::Language;

use crate::{page::Page, printed::Printed};

/// The page of `table` under `title`, with `facts` above it: names and values.
pub fn html<const N: usize>(title: &str, facts: &[(&str, String)], table: &Printed<N>) -> String {
    let mut page = Page::new(title, Language::ZhTw);
    page.line(facts);
    page.table(table);
    page.seals(["承辦人", "覆核", "單位主管", "機構首長"], [""; 4]);
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_cells_as_they_are_and_none_as_markup() {
        let table = |lines: Vec<[String; 2]>| Printed {
            columns: [["name", "Name", "姓名"], ["unit", "Unit", "單位"]],
            lines,
        };
        let facts = [("基準日", "115/11/02".to_owned())];
        let page = html("授權表", &facts, &table(vec![["<b>".into(), "徵信部".into()]]));
        assert!(
            page.contains("<tr><td>&lt;b&gt;</td><td>徵信部</td></tr>") && page.contains("基準日：115/11/02")
        );
        assert!(page.contains("<tr><th>姓名</th><th>單位</th></tr>") && page.contains("單位主管"));
        assert!(html("授權表", &facts, &table(vec![])).contains("<td colspan=\"2\">無</td>"));
    }
}
