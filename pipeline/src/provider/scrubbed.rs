//! Text that holds personal data: it grows without leaving copies behind and is overwritten when dropped. *Pure.*

use zeroize::Zeroizing;

/// A growing text. A plain `String` would hand its old bytes back to the allocator unscrubbed at each growth.
pub(super) struct ScrubbedText(Zeroizing<String>);

impl ScrubbedText {
    /// An empty text with room for `bytes`.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self(Zeroizing::new(String::with_capacity(bytes)))
    }

    /// Appends `more`.
    #[inline]
    pub(super) fn push_str(&mut self, more: &str) {
        self.reserve(more.len());
        self.0.push_str(more);
    }

    /// Makes room for `bytes` more.
    #[inline]
    pub(super) fn reserve(&mut self, bytes: usize) {
        if self.0.capacity() - self.0.len() < bytes {
            self.grow(bytes);
        }
    }

    /// Moves to a larger buffer; the old one is overwritten as it is dropped.
    #[cold]
    fn grow(&mut self, bytes: usize) {
        let needed = self.0.len() + bytes;
        let mut grown = Zeroizing::new(String::with_capacity(needed.max(self.0.capacity() * 2)));
        grown.push_str(&self.0);
        self.0 = grown;
    }

    /// Starts over in the same room, which is overwritten as a whole when dropped.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The text so far.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// Its length in bytes.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_and_keeps_its_text() {
        let mut text = ScrubbedText::with_capacity(2);
        for part in ["許", "功", "蓋", " and a longer tail"] {
            text.push_str(part);
        }
        assert_eq!(text.expose(), "許功蓋 and a longer tail");
        assert_eq!(text.len(), 9 + 18);
        text.clear();
        assert_eq!(text.expose(), "");
        text.push_str("again");
        assert_eq!(text.expose(), "again");
    }
}
