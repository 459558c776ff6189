import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.apache.flink.api.common.accumulators.Histogram;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.metrics.scope.ScopeFormat;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** A stream of numbered events that runs, checkpoints, fails, restarts or slows down, controlled by flags. */
public final class StreamingJob {
    /** Events of this size fill a network buffer each, so backpressure builds up and ends quickly. */
    private static final int NETWORK_BUFFER = 32 * 1024;

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        String name = arguments.text("--name", "Streaming job");
        long records = arguments.number("--records", Long.MAX_VALUE);
        long rate = arguments.number("--rate", 100);
        long parallelism = arguments.number("--parallelism", 0);
        long chain = arguments.number("--chain", 1);
        boolean chaining = !arguments.isOn("--no-chaining");
        boolean watermarks = arguments.isOn("--watermarks");
        boolean accumulators = arguments.isOn("--accumulators");
        long checkpointInterval = arguments.number("--checkpoint-interval", 0);
        long keys = arguments.number("--keyed-state", 0);
        long slow = arguments.number("--slow", 0);
        long failAt = arguments.number("--fail-at", 0);
        long failTimes = arguments.number("--fail-times", 1);
        long restartAttempts = arguments.number("--restart-attempts", arguments.has("--fail-times") ? failTimes : 0);
        long restartDelay = arguments.number("--restart-delay", 1000);
        boolean failsAfterSubmission = arguments.isOn("--fail-after-submission");
        arguments.refuseOthers();

        Configuration configuration = Configuration.fromMap(Map.of(
                "restart-strategy", "fixed-delay", // the key up to 1.17
                "restart-strategy.type", "fixed-delay",
                "restart-strategy.fixed-delay.attempts", Long.toString(restartAttempts),
                "restart-strategy.fixed-delay.delay", restartDelay + " ms"));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        if (parallelism > 0) {
            env.setParallelism(Math.toIntExact(parallelism));
        }
        if (checkpointInterval > 0) {
            env.enableCheckpointing(checkpointInterval);
        }

        // Always one subtask: with a higher parallelism after a restore, some would have no numbers.
        DataStream<Event> events = env.fromSequence(1, records).setParallelism(1).name("Numbers").uid("numbers")
                .map(new Pace(rate, slow > 0 ? NETWORK_BUFFER : 0)).setParallelism(1).name("Pace");
        if (watermarks) {
            events = link(chaining, events.assignTimestampsAndWatermarks(WatermarkStrategy
                    .<Event>forMonotonousTimestamps()
                    .withTimestampAssigner((event, previous) -> System.currentTimeMillis())).name("Watermarks"));
        }
        for (int step = 1; step <= chain; step++) {
            events = link(chaining, events.map(event -> event).name("Step " + step));
        }
        if (keys > 0) {
            events = events.keyBy(event -> event.number % keys).process(new Count()).name("Count").uid("count");
        }
        if (failAt > 0) {
            events = link(chaining, events.map(new Fail(failAt, failTimes)).name("Fail"));
        }
        // The slow end is a separate vertex; otherwise no vertex before it would be backpressured.
        link(chaining && slow == 0, events.process(new End(slow, accumulators)).name("End"));

        env.execute(name);
        if (failsAfterSubmission) {
            throw new IllegalStateException("failed after the submission");
        }
    }

    /** Chains an operator to the previous one, or starts a new vertex with it. */
    private static <T> SingleOutputStreamOperator<T> link(boolean chained, SingleOutputStreamOperator<T> operator) {
        return chained ? operator : operator.startNewChain();
    }

    /** A numbered record. */
    public static final class Event {
        public long number;
        public byte[] padding;
    }

    /** Turns numbers into events, at most {@code rate} per second. */
    public static final class Pace implements MapFunction<Long, Event> {
        private final long interval;
        private final int padding;
        private long next;

        Pace(long rate, int padding) {
            interval = rate > 0 ? TimeUnit.SECONDS.toNanos(1) / rate : 0;
            this.padding = padding;
        }

        @Override
        public Event map(Long number) throws InterruptedException {
            next = Math.max(next + interval, System.nanoTime());
            TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            Event event = new Event();
            event.number = number;
            event.padding = new byte[padding];
            return event;
        }
    }

    /** Counts the events of each key in keyed state. */
    public static final class Count extends KeyedProcessFunction<Long, Event, Event> {
        private final ValueStateDescriptor<Long> descriptor = new ValueStateDescriptor<>("count", Long.class);

        @Override
        public void processElement(Event event, Context context, Collector<Event> out) throws Exception {
            ValueState<Long> count = getRuntimeContext().getState(descriptor);
            count.update(count.value() == null ? 1 : count.value() + 1);
            out.collect(event);
        }
    }

    /** Fails at one event, in the first attempts only. */
    public static final class Fail extends RichMapFunction<Event, Event> {
        private final long number;
        private final long times;

        Fail(long number, long times) {
            this.number = number;
            this.times = times;
        }

        @Override
        public Event map(Event event) {
            if (event.number == number && attempt() < times) {
                throw new RuntimeException(
                        "failed at record " + number + " in attempt " + attempt(),
                        new IllegalStateException("told so by --fail-at"));
            }
            return event;
        }

        /** The only access to it that all versions share. */
        private int attempt() {
            return Integer.parseInt(
                    getRuntimeContext().getMetricGroup().getAllVariables().get(ScopeFormat.SCOPE_TASK_ATTEMPT_NUM));
        }
    }

    /** Discards the events at the requested speed. */
    public static final class End extends ProcessFunction<Event, Void> {
        private final long slow;
        private final boolean accumulators;
        private final LongCounter events = new LongCounter();
        private final LongMaximum largest = new LongMaximum();
        private final Histogram lastDigits = new Histogram();

        End(long slow, boolean accumulators) {
            this.slow = slow;
            this.accumulators = accumulators;
        }

        // Not open(): its parameter changed in 2.0.
        @Override
        public void setRuntimeContext(RuntimeContext context) {
            super.setRuntimeContext(context);
            if (accumulators) {
                context.addAccumulator("events", events);
                context.addAccumulator("largest-number", largest);
                context.addAccumulator("last-digits", lastDigits);
            }
        }

        @Override
        public void processElement(Event event, Context context, Collector<Void> out) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(slow);
            events.add(1);
            largest.add(event.number);
            lastDigits.add((int) (event.number % 10));
        }
    }
}
