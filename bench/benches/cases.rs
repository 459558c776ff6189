//! `cargo bench -p flink-bench --features criterion`: the time of small pieces of work, each compared with the minimal code for it.

use criterion::Criterion;
use flink_bench::cases::{CASES, Setup};

fn main() -> anyhow::Result<()> {
    let setup = Setup::new()?;
    let mut criterion = Criterion::default().configure_from_args();
    for case in CASES {
        let mut group = criterion.benchmark_group(case.name);
        for (who, work) in [("ours", case.ours), (case.counterpart, case.bare)] {
            // Fail before measuring if the work fails.
            work(&setup)?;
            group.bench_function(who, |bencher| bencher.iter(|| work(&setup)));
        }
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}
