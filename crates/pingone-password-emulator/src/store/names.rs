//! Names for users, which follow from a number.

const GIVEN: [&str; 24] = [
    "Maria", "Amir", "Chen", "Divya", "Elif", "Femi", "Grace", "Hiro", "Ines", "Jonas", "Kofi", "Lena", "Mateo",
    "Nadia", "Omar", "Priya", "Rosa", "Sven", "Tomas", "Uma", "Victor", "Wanda", "Yusuf", "Zoe",
];
const FAMILY: [&str; 25] = [
    "Silva", "Haddad", "Wei", "Rao", "Demir", "Adeyemi", "Hopper", "Tanaka", "Costa", "Berg", "Mensah", "Fischer",
    "Garcia", "Petrova", "Farouk", "Nair", "Moreno", "Larsson", "Novak", "Iyer", "Dubois", "Kowalska", "Aydin",
    "Martin", "Okafor",
];
const PAIRS: usize = GIVEN.len() * FAMILY.len();

/// Returns the given name and the family name of the `number`th user, from 1 on.
pub(super) fn name(number: u128) -> (&'static str, &'static str) {
    // The remainder fits.
    let pair = usize::try_from(number.saturating_sub(1) % PAIRS as u128).unwrap_or_default();
    let given = pair % GIVEN.len();
    let family = (pair / GIVEN.len() + given) % FAMILY.len();
    (GIVEN[given], FAMILY[family])
}

/// Returns the username of the `number`th user. Usernames don't repeat.
pub(super) fn username(number: u128) -> String {
    let (given, family) = name(number);
    let name = format!("{}.{}", given.to_lowercase(), family.to_lowercase());
    match number.saturating_sub(1) / PAIRS as u128 {
        0 => name,
        round => format!("{name}{}", round + 1),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn usernames_do_not_repeat() {
        let names: HashSet<_> = (1..=10_000).map(super::username).collect();
        assert_eq!(names.len(), 10_000);
    }
}
