//! The commands, from the command line to the exit code.

mod arguments;
mod config_show;
mod dispatch;
mod doctor;
mod documents;
mod each_user;
mod examine;
mod find;
mod find_query;
mod login;
mod logout;
mod recorder;
mod request_log;
mod result_rows;
mod signed_in;
mod state;
mod unlock;
mod whoami;

pub(crate) use dispatch::main;
