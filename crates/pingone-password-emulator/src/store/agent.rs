//! The people who can sign in, and everyone who acts.

use std::fmt;

use uuid::Uuid;

use super::{CLIENT_ID, POPULATION_IDS, Role};

/// A person who can sign in, with a role in one population.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Agent {
    /// `alex.admin`: Identity Data Admin in the first population.
    AlexAdmin,
    /// `robin.reader`: Identity Data Read Only in the second population.
    RobinReader,
}

impl Agent {
    /// Every agent.
    pub const ALL: &'static [Self] = &[Self::AlexAdmin, Self::RobinReader];

    /// Returns the agent with this username.
    #[must_use]
    pub fn named(username: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|agent| agent.username() == username)
    }

    /// Returns the username.
    #[must_use]
    pub const fn username(self) -> &'static str {
        match self {
            Self::AlexAdmin => "alex.admin",
            Self::RobinReader => "robin.reader",
        }
    }

    /// Returns the full name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AlexAdmin => "Alex Admin",
            Self::RobinReader => "Robin Reader",
        }
    }

    /// Returns the ID, which is the subject of ID tokens.
    #[must_use]
    pub const fn id(self) -> Uuid {
        match self {
            Self::AlexAdmin => Uuid::from_u128(0xf000_0000_0000_8000_8000_0000_0000_0001),
            Self::RobinReader => Uuid::from_u128(0xf000_0000_0000_8000_8000_0000_0000_0002),
        }
    }

    /// Returns the role.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::AlexAdmin => Role::IdentityDataAdmin,
            Self::RobinReader => Role::IdentityDataReadOnly,
        }
    }

    /// Returns the only population whose users the agent sees.
    #[must_use]
    pub const fn population(self) -> Uuid {
        match self {
            Self::AlexAdmin => POPULATION_IDS[0],
            Self::RobinReader => POPULATION_IDS[1],
        }
    }
}

/// The one who acts: the worker application, or a person who signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Actor {
    /// The worker application.
    #[default]
    Worker,
    /// A person who signed in.
    Agent(Agent),
}

impl Actor {
    /// Returns the ID of the worker application or of the agent.
    #[must_use]
    pub fn id(self) -> Uuid {
        match self {
            Self::Worker => CLIENT_ID,
            Self::Agent(agent) => agent.id(),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Worker => "worker application",
            Self::Agent(agent) => agent.username(),
        })
    }
}
