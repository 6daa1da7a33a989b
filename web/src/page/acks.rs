//! How safe the page's commands are, in words: executed, saved, on disk.

/// The two marks that the worker reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Commands that the death of tab and browser cannot take.
    pub saved: u64,
    /// Commands that a power cut cannot take.
    pub on_disk: u64,
}

/// The best ack that a command has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ack {
    /// Only this tab has it.
    Executed,
    /// The browser has it.
    Saved,
    /// The disk has it.
    OnDisk,
}

impl Marks {
    /// The ack of the command with this sequence, and with it of what it changed.
    #[must_use]
    pub fn ack(self, sequence: u64) -> Ack {
        // A store can say what is on disk only of what it has saved.
        if sequence <= self.on_disk.min(self.saved) {
            Ack::OnDisk
        } else if sequence <= self.saved {
            Ack::Saved
        } else {
            Ack::Executed
        }
    }

    /// The marks as far as they matter for commands up to `newest`: equal while nothing about those changes.
    #[must_use]
    pub fn up_to(self, newest: u64) -> Self {
        Self { saved: self.saved.min(newest), on_disk: self.on_disk.min(newest) }
    }
}

impl Ack {
    /// Its name as a class and in test data.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Executed => "executed",
            Self::Saved => "saved",
            Self::OnDisk => "on-disk",
        }
    }

    /// For the row of an order.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Executed => "not saved",
            Self::Saved => "saved",
            Self::OnDisk => "on disk",
        }
    }

    /// What that is worth.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Executed => "Only this tab has the last change of this order so far.",
            Self::Saved => {
                "The last change of this order survives the death of the tab and of the browser, not yet a power cut."
            }
            Self::OnDisk => "The last change of this order survives a power cut.",
        }
    }
}
