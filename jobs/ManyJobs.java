import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Submits several jobs, one after the other, like a program with several INSERTs. */
public final class ManyJobs {
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        String name = arguments.text("--name", "Many jobs");
        long jobs = arguments.number("--jobs", 3);
        long records = arguments.number("--records", Long.MAX_VALUE);
        long failBefore = arguments.number("--fail-before-job", 0);
        boolean waits = arguments.isOn("--execute");
        arguments.refuseOthers();

        for (long number = 1; number <= jobs; number++) {
            if (number == failBefore) {
                throw new IllegalStateException("failed before job " + number);
            }
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
            env.setParallelism(1);
            env.fromSequence(1, records).uid("numbers").process(new Drop()).name("Drop");
            if (waits) {
                env.execute(name + " " + number);
            } else {
                env.executeAsync(name + " " + number);
            }
        }
    }

    /** Takes a moment for each record and discards it. */
    private static final class Drop extends ProcessFunction<Long, Void> {
        @Override
        public void processElement(Long number, Context context, Collector<Void> out) throws Exception {
            Thread.sleep(10);
        }
    }

    private ManyJobs() {}
}
