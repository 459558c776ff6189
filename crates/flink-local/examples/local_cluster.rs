//! Starts a Flink cluster, prints its address and stops it on Enter.
#![allow(clippy::print_stdout)] // this is what an example is for

use flink_local::{Error, Flink, Progress};

fn main() -> Result<(), Error> {
    let version = std::env::args().nth(1);
    let flink = version.map_or(Ok(Flink::default()), |version| Flink::version(&version))?;
    let cluster = flink.slots(4).progress(Progress::Stderr).start()?;
    println!("Flink {} is at {} until you press Enter", cluster.version(), cluster.url());
    let _ = std::io::stdin().read_line(&mut String::new());
    cluster.stop()
}
