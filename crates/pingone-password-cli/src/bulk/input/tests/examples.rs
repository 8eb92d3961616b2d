//! What is read from lists, and what is not.

use super::super::column::Column;
use super::{A, B, entries_of, read, read_bytes, told};
use crate::lookup::By;

/// Reads names.
fn read_names(text: &str, by: By) -> Result<Vec<String>, String> {
    entries_of(text.as_bytes(), Column { by, ..Column::default() }).map(told)
}

#[test]
fn one_id_per_line() {
    assert_eq!(read("$A\n\n  $B\r\nme\n$A", None).unwrap(), ["1:1", "3:2", "4:`me` is not a valid user ID", "5:1"]);
    assert_eq!(read("\u{feff}$A", None).unwrap(), ["1:1"]);
    assert_eq!(read("", None).unwrap(), [""; 0]);
    assert_eq!(read("me\n$B", None).unwrap(), ["1:`me` is not a valid user ID", "2:2"]);
    assert_eq!(read("'$A',\n{$B}\n,\n", None).unwrap(), ["1:1", "2:2"]);
}

#[test]
fn csv_with_a_header() {
    assert_eq!(
        read("name,userId\nx,$A\n\"y\nz\",$B\n,me\nx\n", None).unwrap(),
        ["2:1", "3:2", "5:`me` is not a valid user ID", "6:the column `userId` is empty"]
    );
    assert_eq!(read("id;who\n$A;$B\n", Some("who")).unwrap(), ["2:2"]);
    assert_eq!(read("\u{feff}id\n$A\n", None).unwrap(), ["2:1"]);
    let lines = "name,id\r\n\r\nx,$A\r\n\"y\r\nz\",$B\r\nx,\"$A\"\r\n  \r\nx,me\r\n";
    assert_eq!(read(lines, None).unwrap(), ["3:1", "4:2", "6:1", "8:`me` is not a valid user ID"]);
    assert_eq!(read("\"id\",\"name\"\n\"$A\",x\n", None).unwrap(), ["2:1"]);
    assert!(read("$A,x\n", None).unwrap_err().starts_with("the first line is a user's"));
    assert!(read("id,x\n", Some("who")).unwrap_err().starts_with("the first line has no column `who`"));
    // A header of several lines, an index column without a name, a separator that is named, and a single column.
    assert_eq!(read("id,\"first\nname\"\n$A,x\n", None).unwrap(), ["3:1"]);
    assert_eq!(read(",id,name\n0,$A,x\n1,$B,y\n", None).unwrap(), ["2:1", "3:2"]);
    assert_eq!(read("sep=|\nid|a,id\n$A|$B\n", None).unwrap(), ["3:1"]);
    assert_eq!(read("\"#TYPE x\",,\r\nid,name,\r\n$A,x,\r\n", None).unwrap(), ["3:1"]);
    assert_eq!(read("id\n$A\n$B,x\n", None).unwrap()[0], "2:1");
    assert!(read("id;x,id\n$A;$B\n", None).unwrap_err().contains("several separators"));
}

#[test]
fn a_record_that_does_not_fit_the_header_is_invalid() {
    let invalid = |text: &str| read(text, None).unwrap().pop().unwrap();
    assert_eq!(invalid("name,manager_id,id\nMiller, Ann,$A,$B\n"), "2:4 fields, but the header has 3");
    assert_eq!(invalid("name,id,,\nMiller, Ann,$B,\n"), "2:3 fields, but the header has 2");
    assert_eq!(invalid("name,id\n\"Ann \\\"x\\\"\",$B\n"), "2:a quote is out of place");
    assert_eq!(invalid("id\n$A,$B\n"), "2:2 fields, but the header has 1");
    assert_eq!(read("name,id,,\nx,$B,,\n,,,\n", None).unwrap(), ["2:2"]);
    // The last columns of a shifted record may be empty.
    assert_eq!(invalid("name,manager_id,id\nMiller, Ann,$A,\n"), "2:4 fields, but the header has 3");
    assert_eq!(invalid("name,manager_id,id,phone\nMiller, Ann,$A,$B,\n"), "2:5 fields, but the header has 4");
    assert_eq!(invalid("name,manager_id,id,\nMiller, Ann,$A,,\n"), "2:5 fields, but the header has 4");
    // A part of a value is no ID, but could be a name.
    assert_eq!(read("name,id\nMiller, Ann,\nx,$B,\n", None).unwrap(), ["2:`Ann` is not a valid user ID", "3:2"]);
    assert_eq!(
        read_names("name,username\nMiller, ann,\n", By::Username).unwrap(),
        ["2:3 fields, but the header has 2"]
    );
}

#[test]
fn a_record_that_lacks_a_separator_names_nobody_else() {
    let lines = |text: &str| read(text, None).unwrap();
    let rejected = |text: &str| read(text, None).unwrap_err();
    // $B is the manager, and the separator before or after the mail address is missing.
    assert_eq!(lines("name,id,manager\nAnn $A,$B\nx,$A,$B\n")[0], "2:field 1 has an ID and other text");
    assert_eq!(lines("comment,id\n$B reported this,$A\n"), ["2:1"]);
    assert_eq!(lines("name,mail,id,manager\nAnn a@x,$A,$B\nx,b@x,$A,$B\n")[0], "2:3 fields, but the header has 4");
    assert_eq!(lines("manager,name,id,phone\n$B,Ann $A,7\nx,y,$A,7\n")[0], "2:`7` is not a valid user ID");
    // Ann has no ID. Other lines tell what the column has.
    assert_eq!(lines("name,id,manager\nBob,$A,$B\nAnn,$B\n")[1], "3:2 fields, but the header has 3");
    assert!(rejected("name,id,manager\nAnn,$B\nBob,$A,$B\n").starts_with("line 2 has fewer fields than the header"));
    assert!(rejected("name,id,manager\nAnn,$B\nBob,$A,\n").starts_with("line 2 has fewer fields than the header"));
    assert!(rejected("id,manager,x\n$B,7\n$A,$B,7\n").starts_with("line 2 has fewer fields than the header"));
    assert_eq!(lines("name,id,phone\nAnn,$A\nBob,$B,7\n"), ["2:1", "3:2"]);
    // A separator at the end makes up for the missing one.
    let shifted = "name,mail,id,manager\nAnn a@x,$A,$B,\nBob,b@x,$A,$B\n";
    assert!(rejected(shifted).starts_with("line 2 has an ID in the column `mail`"));
    let shifted = "name,mail,id,manager\nBob,b@x,$A,$B\nAnn a@x,$A,$B,\n";
    assert_eq!(lines(shifted)[1], "3:the column `mail` has an ID");
    assert_eq!(lines("environment_id,id,phone\n$B,$A,\n"), ["2:1"]);
    assert_eq!(lines("population,id,phone\n$B,$A,\n$B,$B,7\n"), ["2:1", "3:2"]);
    // The header's own is missing.
    assert_eq!(lines("name manager,id,phone\nAnn,$B,$A,\n"), ["2:4 fields, but the header has 3"]);
    // References are no values that lack a separator.
    assert_eq!(lines("link,note,id\nhttps://x/users/$B,see $B there,$A\n"), ["2:1"]);
    // Nothing tells one name from another.
    let names = "name,username,manager\nAnn ann,bob\nx,ann,bob\n";
    let read = read_names(names, By::Username).unwrap();
    assert_eq!(read, ["2:2 fields, but the header has 3", r#"3:username "ann""#]);
}

#[test]
fn a_condition_reads_no_other_column() {
    let conditions = ["department=Sales".parse().unwrap()];
    let read = |text: &str| {
        let text = text.replace("$A", A).replace("$B", B);
        entries_of(text.as_bytes(), Column { conditions: &conditions, ..Column::default() }).map(told).unwrap()
    };
    let header = "id,name,department,boss_department\n";
    assert_eq!(read(&format!("{header}$A,Ann,Sales,HR\n$B,Bob,HR,Sales\n")), ["2:1", "3:-"]);
    assert_eq!(read(&format!("{header}$A,Ann HR,Sales\n")), ["2:3 fields, but the header has 4"]);
    assert_eq!(read(&format!("{header}$A,Ann\n")), ["2:2 fields, but the header has 4"]);
    assert_eq!(read(&format!("{header}$A,Miller, Sales,HR,\n")), ["2:5 fields, but the header has 4"]);
}

#[test]
fn a_condition_reads_properties_of_properties() {
    let read = |condition: &str, text: &str| {
        let conditions = [condition.parse().unwrap()];
        let text = text.replace("$A", A).replace("$B", B);
        entries_of(text.as_bytes(), Column { conditions: &conditions, ..Column::default() }).map(told).unwrap()
    };
    let users = r#"{"id":"$A","population":{"id":"p1","name":{"short":"Sales"}},"enabled":true,"x.y":"z"}
{"id":"$B","population":{"id":"p2","tags":["a"]},"enabled":false}
"#;
    let page = format!(r#"{{"_embedded":{{"users":[{}]}}}}"#, users.trim().replace('\n', ","));
    for (condition, expected) in [
        ("population.id=p1", ["1:1", "2:-"]),
        ("Population.ID=p2", ["1:-", "2:2"]),
        ("population.name.short=Sales", ["1:1", "2:-"]),
        ("population.name.short=", ["1:-", "2:2"]),
        ("x.y=z", ["1:1", "2:-"]),
        ("enabled=false", ["1:-", "2:2"]),
        ("population.none=x", ["1:-", "2:-"]),
        ("population.tags=a", ["1:-", "2:--where names `population.tags`, which is an object or an array"]),
        (
            "population=p1",
            [
                "1:--where names `population`, which is an object or an array",
                "2:--where names `population`, which is an object or an array",
            ],
        ),
    ] {
        assert_eq!(read(condition, users), expected, "{condition}");
        assert_eq!(read(condition, &page), expected.map(|told| "1".to_owned() + &told[1..]), "{condition}");
    }
    let twice = r#"{"id":"$A","population":{"id":"p1","id":"p2"}}"#;
    assert_eq!(read("population.id=p1", twice), ["1:several columns are named `id`"]);
}

#[test]
fn a_header_that_is_wider_than_every_record_is_rejected() {
    let rejected = read("name (last, first),id,manager_id\nx,$B,$A\ny,$B,$A\n", None).unwrap_err();
    assert!(rejected.starts_with("the header has 4 columns, and no line has more than 3 fields"), "{rejected}");
    // Records may be shorter, as some programs leave out empty columns at the end.
    assert_eq!(read("name,mail,id,phone\nx,y,$A\nx,y,$B,7\n", None).unwrap(), ["2:1", "3:2"]);
    assert_eq!(read("id,name,phone\n$A\n", None).unwrap(), ["2:1"]);
    assert_eq!(read("name,mail,id\n", None).unwrap(), [""; 0]);
}

#[test]
fn an_unclosed_quote_hides_no_user() {
    let rejected = |text: &str| read(text, None).unwrap_err();
    assert!(rejected("id,name\n$A,\"Bob\n$B,Carl\n").starts_with("line 2 has a quoted text"));
    assert!(rejected("id,name\n$A,x\n$A,\"Bob\n$B,\"Carl\"\n").starts_with("line 3 has a quoted text"));
    assert!(rejected("name;id\n\"Bob;$A\n\"Carl\";\"$B\"\n").starts_with("line 2 has a quoted text"));
    assert!(rejected("id,name\r$A,\"Bob\r$B,Carl\r").starts_with("line 2 has a quoted text"));
    assert!(rejected(&format!("id,name\n$A,\"{}", "x\n".repeat(200))).starts_with("line 2 has a quoted text"));
    let endless = format!("id,name\n$A,x\n$B,\"{}", "x".repeat(5 << 20));
    assert!(rejected(&endless).starts_with("line 3 has a quoted text that doesn't end"));
    // In the column of the IDs, where a line break alone would be padding.
    assert!(rejected("id,name\n\"\n$A,\";").starts_with("line 2 has a quoted text"));
    assert_eq!(read("id,name\n\"\n$A\n\",x\n", None).unwrap(), ["2:1"]);
    // The second quote seems to be the end of the first text.
    assert!(rejected("name,id\n\"Bob,\n\"Carl\",$A\n").starts_with("line 2 has a quoted text"));
    // In the header, and around lines without a user.
    assert!(rejected("id,\"name\n$A,x\n$B,\"y\"\n").starts_with("line 1 has a quoted text"));
    assert!(rejected("id,\"name\n$A,x\n").starts_with("line 1 has a quoted text"));
    assert!(rejected("\"id,name\n$A,x\n").starts_with("the first line is not a header"));
    assert!(rejected("id,\"name\nme,x\n").starts_with("line 1 has a quoted text that doesn't end"));
    for end in ["me,x\n", "me,x", ""] {
        let text = format!("id,name\n$A,x\n$B,\"y\n{end}");
        assert!(rejected(&text).starts_with("line 3 has a quoted text that doesn't end"), "{end}");
    }
    assert_eq!(read("id,note\n$A,\"x\n\"\n", None).unwrap(), ["2:1"]);
    assert_eq!(read("id,note\n$A,\"x\ny\"", None).unwrap(), ["2:1"]);
    // A closed quote without a user in it is a text over several lines.
    let note = "id,note\n$A,\"about\nsomeone, and b0000000\"\n$B,x\n";
    assert_eq!(read(note, None).unwrap(), ["2:1", "4:2"]);
}

#[test]
fn only_the_ids_have_to_be_readable() {
    let text = format!("id;Prénom\r\n{A};Zoë\r\n");
    let windows = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
    assert_eq!(read_bytes(&windows, None).unwrap(), ["2:1"]);
    assert!(read_bytes(&windows, Some("Nom")).unwrap_err().contains("its columns are `id`, `Prénom`; choose"));
    assert_eq!(read_bytes(&windows, Some("prénom")).unwrap(), ["2:`Zo\\u{fffd}` is not a valid user ID"]);
    for is_big_endian in [true, false] {
        for bom in ["\u{feff}", ""] {
            let units = bom.encode_utf16().chain(text.encode_utf16());
            let bytes: Vec<u8> =
                units.flat_map(|unit| if is_big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
            assert_eq!(read_bytes(&bytes, None).unwrap(), ["2:1"], "{is_big_endian} {bom:?}");
        }
    }
    for json in [
        format!("{{\"name\":\"Zoë\",\"id\":\"{A}\"}}\n{{\"name\":\"\",\"id\":\"{B}\"}}\n"),
        format!("[{{\"name\":\"Zoë\",\"id\":\"{A}\"}}\n,{{\"id\":\"{B}\"}}]"),
    ] {
        assert_eq!(read_bytes(&encoding_rs::WINDOWS_1252.encode(&json).0, None).unwrap(), ["1:1", "2:2"], "{json}");
    }
}

#[test]
fn a_file_that_is_not_a_list_is_named_once() {
    let wide: Vec<u8> = "\u{feff}<html><body>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let samples: Vec<u8> = (0..400_u32).flat_map(|number| [(number * 37 % 255) as u8, 0]).collect();
    let noise: Vec<u8> = (0..100_u32).map(|number| (number * number * 37 % 255) as u8 + 1).collect();
    let cases: [(&[u8], &str); 14] = [
        (b"\n\n%PDF-1.4\n", "PDF"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "HTML"),
        (b"<table><tr><td>id</td></tr></table>", "HTML"),
        (&wide, "HTML"),
        (b"\x1f\x9d\x90id", "decompress it first"),
        // Numbers of 16 bits look like UTF-16.
        (&samples, "binary"),
        // No byte is zero.
        (&noise, "binary"),
        (b"PK\x03\x04xl/workbook.xml", "save it as CSV"),
        (b"\x1f\x8b\x08\0", "decompress it first"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xff\xfe\0\0i\0\0\0", "UTF-32"),
        (b"\n <!DOCTYPE html>\n", "HTML"),
        (b"id\n\0\x01\x02\x03\n", "binary"),
        (b"{\"record\":\"header\",\"version\":1}\n", "--resume"),
    ];
    for (bytes, expected) in cases {
        let error = read_bytes(bytes, None).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    for list in ["<$A>\n<$B>\n", "\u{2}$A\u{3}\n\u{2}$B\u{3}\n", "$A\r\n$B\r\n\u{1a}"] {
        assert_eq!(read(list, None).unwrap(), ["1:1", "2:2"], "{list:?}");
    }
}

#[test]
fn an_ambiguous_column_is_rejected() {
    let rejected = |text: &str, column| read(text, column).unwrap_err();
    let ambiguous = "several columns may contain the user ID: `id`, `userId`; choose one by --column";
    assert_eq!(rejected("id,userId\n$A,$B\n", None), ambiguous);
    assert_eq!(read("id,userId\n$A,$B\n", Some("userid")).unwrap(), ["2:2"]);
    assert_eq!(rejected("{\"x\":1}\n{\"id\":\"$A\",\"userId\":\"$B\"}", None), format!("line 2: {ambiguous}"));
    assert_eq!(read("{\"id\":\"$A\",\"userId\":\"$B\"}", Some("userId")).unwrap(), ["1:2"]);
    // Case is ignored in both formats, unless one name matches exactly.
    assert_eq!(read("USER_ID\n$A\n", None).unwrap(), ["2:1"]);
    assert_eq!(read("{\"USER_ID\":\"$A\"}", None).unwrap(), ["1:1"]);
    assert_eq!(read("who,WHO\n$A,$B\n", Some("WHO")).unwrap(), ["2:2"]);
    assert_eq!(read("{\"who\":\"$A\",\"WHO\":\"$B\"}", Some("WHO")).unwrap(), ["1:2"]);
    assert!(rejected("who,WHO\n$A,$B\n", Some("Who")).starts_with("several columns"));
    let repeated = "several columns are named `who`: rename or remove all but one";
    assert_eq!(rejected("who,who\n$A,$B\n", Some("who")), repeated);
    assert!(rejected("id,x,id\n$A,x,$B\n", None).starts_with("several columns are named `id`: rename"));
}

#[test]
fn json_lines() {
    assert_eq!(
        read("{\"id\":\"$A\"}\n\"$B\"\n{\"x\":1}\n{\"id\":7}\n{\n", None).unwrap(),
        ["1:1", "2:2", "3:no property `id`, `user_id` or `userId`", "4:the ID is not a string", "5:not valid JSON"]
    );
    assert_eq!(read("{\"id\":\"$A\",\"who\":\"$B\"}", Some("who")).unwrap(), ["1:2"]);
    assert_eq!(read("\"$A\"", None).unwrap(), ["1:1"]);
    assert_eq!(read("{\"id\":\"$A\",\"id\":\"$B\"}", None).unwrap(), ["1:the property `id` is repeated"]);
    assert_eq!(read("{\"id\":\"$A\"}\r{\"id\":\" {$B} \"}", None).unwrap(), ["1:1", "2:2"]);
    // An invalid line adds no user.
    assert_eq!(read("{\"x\":1}\n[\"$A\", \"$B\"\n", None).unwrap()[1], "2:not valid JSON");
}

#[test]
fn json_documents() {
    assert_eq!(read("[\n  {\"id\": \"$A\"},\n  \"$B\",\n  7, [\"$A\"]\n]\n", None).unwrap().len(), 4);
    assert_eq!(read("[\"$A\",\"$B\"]", None).unwrap(), ["1:1", "1:2"]);
    assert_eq!(read("[]\n", None).unwrap(), [""; 0]);
    assert_eq!(read("{\n  \"id\": \"$A\"\n}\n{\n  \"id\": \"$B\"\n}\n", None).unwrap(), ["3:1", "6:2"]);
    let page = r#"{"_links":{},"_embedded":{"users":[{"id":"$A","population":{"id":"x"}},{"id":"$B"}]},"size":2}"#;
    assert_eq!(read(page, None).unwrap(), ["1:1", "1:2"]);
    assert_eq!(read(&format!("{page}\n{page}"), None).unwrap(), ["1:1", "1:2", "2:1", "2:2"]);
    let twice = r#"{"_embedded":{"users":["$A"],"users":["$B"]}}"#;
    assert_eq!(read(twice, None).unwrap(), ["1:1", "1:2", "1:the property `users` is repeated"]);
    assert_eq!(read(&format!("\u{feff}\u{feff}{page}"), None).unwrap(), ["1:1", "1:2"]);
    assert_eq!(read(r#"{"_embedded":{"groups":[]}}"#, None).unwrap(), ["1:`_embedded` has no `users`"]);
    assert_eq!(read("[{\"id\":\"$A\"}", None).unwrap_err(), "line 2: not valid JSON: EOF while parsing a list");
    let long = format!("[{}\"$B\"]", "\"$A\",".repeat(40_000));
    assert_eq!(read(&long, None).unwrap().len(), 40_001);
}

#[test]
fn names_are_taken_as_they_are() {
    let read = |text: &str| read_names(text, By::Username).unwrap();
    // Quotes, braces and separators may be part of a name; white space around it may not.
    assert_eq!(
        read(" maria \r\n\n{maria}\n\"maria\"\nmaria,\n").as_slice(),
        [r#"1:username "maria""#, r#"3:username "{maria}""#, r#"4:username "\"maria\"""#, r#"5:username "maria,""#]
    );
    assert_eq!(read("username;x\nmaria;\n\"o \"\"x\"\"\";y\n"), [r#"2:username "maria""#, r#"3:username "o \"x\"""#]);
    assert_eq!(read("{\"username\":\" maria\",\"id\":\"7\"}"), [r#"1:username " maria""#]);
    assert_eq!(
        read("{\"username\":7}\n7\n"),
        ["1:the username is not a string", "2:neither a username nor an object with a username"]
    );
    assert_eq!(read("BZhang\n"), [r#"1:username "BZhang""#]);
    assert_eq!(read(A), [format!("1:username {A:?}")]);
    assert_eq!(read_names("EMAIL,id\nm@example.com,7\n", By::Email).unwrap(), [r#"2:email address "m@example.com""#]);
    let long = "x".repeat(129);
    assert!(read(&long)[0].starts_with("1:`xxx"), "{long}");
    // A name in another code page is unreadable, and must not become another one.
    let windows = encoding_rs::WINDOWS_1252.encode("username\nZoë\n").0;
    let entries = entries_of(&windows, Column { by: By::Username, ..Column::default() }).unwrap();
    assert_eq!(told(entries), ["2:`Zo\\u{fffd}` has unreadable characters"]);
}

#[test]
fn an_unclosed_quote_hides_no_name() {
    let rejected = |text: &str| read_names(text, By::Username).unwrap_err();
    for text in [
        "username,name\nmaria,\"Bob\nmario,Carl\n",
        "username,name\nmaria,\"Bob\nmario,\"Carl\"\n",
        "username,name,x\nmaria,\"Bob,1\nmario,Carl\",2\n",
        "name,username\n\"Bob,maria\nCarl\",mario\n",
        "username\n\"maria\nmario\n\"\n",
    ] {
        assert!(rejected(text).starts_with("line 2 has a quoted text"), "{text}");
    }
    let note = "username,name,note\nmaria,x,\"about\nsomeone, else\"\nmario,y,\n";
    assert_eq!(read_names(note, By::Username).unwrap(), [r#"2:username "maria""#, r#"4:username "mario""#]);
}

#[test]
fn an_endless_line_takes_no_memory() {
    let text = format!("{}\n{A}\n", "x".repeat(5 << 20));
    let lines = read(&text, None).unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1], "2:1");
}
