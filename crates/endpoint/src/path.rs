//! Paths with parameters in braces, checked while compiling.

/// Whether the names in braces in `path` are exactly `fields`, in that order. Runs at compile time.
#[must_use]
pub const fn path_names(path: &str, fields: &[&str]) -> bool {
    let bytes = path.as_bytes();
    let (mut at, mut field) = (0, 0);
    while at < bytes.len() {
        if bytes[at] == b'{' {
            if field == fields.len() {
                return false;
            }
            let name = fields[field].as_bytes();
            let mut k = 0;
            while k < name.len() {
                if at + 1 + k >= bytes.len() || bytes[at + 1 + k] != name[k] {
                    return false;
                }
                k += 1;
            }
            at += 1 + name.len();
            if at >= bytes.len() || bytes[at] != b'}' {
                return false;
            }
            field += 1;
        }
        at += 1;
    }
    field == fields.len()
}

#[cfg(test)]
mod tests {
    use super::path_names;

    #[test]
    fn names_in_the_path_must_be_the_fields_in_order() {
        assert!(path_names("/v1/a/{b}/c/{d}", &["b", "d"]));
        assert!(path_names("/v1/a", &[]));
        assert!(!path_names("/v1/a/{b}", &["c"]));
        assert!(!path_names("/v1/a/{bb}", &["b"]));
        assert!(!path_names("/v1/a/{b}", &["b", "c"]));
        assert!(!path_names("/v1/a/{b", &["b"]));
    }
}
