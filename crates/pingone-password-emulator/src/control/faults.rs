//! The faults still to come: queued, at random, cleared.

use std::{collections::VecDeque, sync::Arc};

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};

use super::{
    requests::unknown_operation,
    response::{Body, ControlError},
};
use crate::{
    faults::{Fault, RandomFaults, Schedule, TokenFault},
    operation::Operation,
    state::Shared,
};

/// The name of the token endpoint among the operations.
const TOKEN: &str = "token";
/// The number of entries in a queue.
const QUEUE_LIMIT: usize = 10_000;

/// The schedule, and the faults that there are.
#[derive(Serialize)]
pub(super) struct FaultsBody {
    /// In the order in which they are taken, for each operation.
    queued: Vec<Queued>,
    random: Option<Random>,
    kinds: Vec<Kind>,
    token_kinds: Vec<Kind>,
}

#[derive(Serialize)]
struct Queued {
    /// `None` is any operation.
    operation: Option<&'static str>,
    /// `None` is no fault.
    fault: Option<&'static str>,
}

#[derive(Serialize)]
struct Kind {
    name: &'static str,
    applied: bool,
    status: Option<u16>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Random {
    probability: f64,
    #[serde(default)]
    seed: u64,
    /// Every fault if empty.
    #[serde(default)]
    faults: Vec<String>,
}

fn body(schedule: &Schedule) -> FaultsBody {
    let scripts = schedule.scripts();
    let mut queued = Vec::new();
    for (operation, script) in scripts.by_operation {
        let operation = Some(operation.as_str());
        queued.extend(script.into_iter().map(|fault| Queued { operation, fault: fault.map(Fault::as_str) }));
    }
    queued.extend(scripts.any.iter().map(|fault| Queued { operation: None, fault: fault.map(Fault::as_str) }));
    let tokens = scripts.tokens.iter();
    queued.extend(tokens.map(|fault| Queued { operation: Some(TOKEN), fault: fault.map(TokenFault::as_str) }));
    let random = schedule.random_faults().map(|random| Random {
        probability: random.probability,
        seed: random.seed,
        faults: random.faults.iter().map(ToString::to_string).collect(),
    });
    let kind = |fault: &Fault| Kind { name: fault.as_str(), applied: fault.applies(), status: fault.status() };
    let token_kind =
        |fault: &TokenFault| Kind { name: fault.as_str(), applied: fault.applies(), status: fault.status() };
    FaultsBody {
        queued,
        random,
        kinds: Fault::ALL.iter().map(kind).collect(),
        token_kinds: TokenFault::ALL.iter().map(token_kind).collect(),
    }
}

pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Json<FaultsBody> {
    Json(body(&shared.faults()))
}

/// Faults to queue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// An operation, or `token`; any operation if absent.
    operation: Option<String>,
    /// `none` is no fault.
    fault: String,
    count: Option<usize>,
}

pub(super) async fn queue(
    State(shared): State<Arc<Shared>>,
    Body(Entry { operation, fault, count }): Body<Entry>,
) -> Result<(StatusCode, Json<FaultsBody>), ControlError> {
    let count = count.unwrap_or(1);
    let mut schedule = shared.faults();
    if operation.as_deref() == Some(TOKEN) {
        extend(schedule.token_script(), parse(&fault)?, count)?;
    } else {
        let named = |name: &String| {
            let named = Operation::ALL.iter().copied().find(|operation| operation.as_str() == name);
            named.ok_or_else(|| unknown_operation(name))
        };
        let operation = operation.as_ref().map(named).transpose()?;
        extend(schedule.script(operation), parse(&fault)?, count)?;
    }
    Ok((StatusCode::CREATED, Json(body(&schedule))))
}

fn extend<F: Copy>(script: &mut VecDeque<Option<F>>, fault: Option<F>, count: usize) -> Result<(), ControlError> {
    if count == 0 || count > QUEUE_LIMIT - script.len().min(QUEUE_LIMIT) {
        return Err(ControlError::bad_request(format_args!(
            "count must be at least 1, and a queue holds at most {QUEUE_LIMIT} faults"
        )));
    }
    script.extend(std::iter::repeat_n(fault, count));
    Ok(())
}

fn parse<F: std::str::FromStr<Err = crate::UnknownFault>>(name: &str) -> Result<Option<F>, ControlError> {
    if name == "none" { Ok(None) } else { name.parse().map(Some).map_err(ControlError::bad_request) }
}

pub(super) async fn set_random(
    State(shared): State<Arc<Shared>>,
    Body(Random { probability, seed, faults }): Body<Random>,
) -> Result<Json<FaultsBody>, ControlError> {
    if !(0.0..=1.0).contains(&probability) {
        return Err(ControlError::bad_request("probability must be from 0 to 1"));
    }
    let faults = faults.iter().map(|name| name.parse().map_err(ControlError::bad_request));
    let mut faults = faults.collect::<Result<Vec<Fault>, _>>()?;
    if faults.is_empty() {
        faults = Fault::ALL.to_vec();
    }
    let mut schedule = shared.faults();
    schedule.set_random_faults(Some(RandomFaults { seed, probability, faults }));
    Ok(Json(body(&schedule)))
}

pub(super) async fn clear_random(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.faults().set_random_faults(None);
    StatusCode::NO_CONTENT
}

pub(super) async fn clear(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.faults().clear();
    StatusCode::NO_CONTENT
}
