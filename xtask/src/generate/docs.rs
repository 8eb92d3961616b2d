//! Descriptions as documentation comments.

/// Makes Markdown that rustdoc doesn't compile as a doctest: a code block becomes `text`, and indented text isn't code.
pub(super) fn markdown(description: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut fence: Option<String> = None;
    for line in description.trim().lines() {
        let text = line.trim_start();
        let mark: String = text.chars().take_while(|c| *c == '`' || *c == '~').collect();
        let is_fence = mark.len() >= 3 && mark.chars().all(|c| mark.starts_with(c));
        match &fence {
            Some(open) if is_fence && mark.starts_with(open.as_str()) && text.trim_end() == mark => {
                lines.push(mark);
                fence = None;
            }
            Some(_) => lines.push(line.to_owned()),
            None if is_fence => {
                lines.push(format!("{mark}text"));
                fence = Some(mark);
            }
            None => {
                let indent = line.len() - text.len();
                lines.push(if indent > 3 || line.starts_with('\t') { text.to_owned() } else { line.to_owned() });
            }
        }
    }
    lines.extend(fence);
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::markdown;

    #[test]
    fn code_is_no_doctest() {
        assert_eq!(
            markdown("Send:\n\n    curl x\n\nor\n\n```rust\nlet a = b;\n```\n"),
            "Send:\n\ncurl x\n\nor\n\n```text\nlet a = b;\n```"
        );
        assert_eq!(markdown("~~~\n```\n"), "~~~text\n```\n~~~");
        assert_eq!(markdown("- a\n  - b"), "- a\n  - b");
    }
}
