//! `cargo bench -p flink-bench`: the time that small pieces of work take, each beside the least that one would write.

use criterion::Criterion;
use flink_bench::cases::{CASES, Place};

fn main() -> anyhow::Result<()> {
    let place = Place::new()?;
    let mut criterion = Criterion::default().configure_from_args();
    for case in CASES {
        let mut group = criterion.benchmark_group(case.name);
        for (who, work) in [("ours", case.ours), (case.beside, case.bare)] {
            // One that fails is no measurement.
            work(&place)?;
            group.bench_function(who, |bencher| bencher.iter(|| work(&place)));
        }
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}
