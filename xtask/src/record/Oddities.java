import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.apache.flink.api.common.ProgramDescription;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.metrics.scope.ScopeFormat;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Jobs for rare responses of Flink. The first argument selects one. */
public final class Oddities implements ProgramDescription {
    private static final Configuration PATIENT = Configuration.fromMap(Map.of(
            "restart-strategy", "exponential-delay", // the key up to 1.17
            "restart-strategy.type", "exponential-delay",
            "restart-strategy.exponential-delay.initial-backoff", "20 s",
            "restart-strategy.exponential-delay.max-backoff", "60 s"));

    @Override
    public String getDescription() {
        return "Makes a Flink say what it says seldom.";
    }

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(PATIENT);
        switch (args[0]) {
            case "collected":
                collected(env);
                break;
            case "twins":
                twins(env);
                break;
            case "straggling":
                straggling(env);
                break;
            default:
                throw new IllegalArgumentException("no job is named " + args[0]);
        }
    }

    /** A job whose sink returns its results when its coordinator is asked. The job's name is the sink's uid. */
    private static void collected(StreamExecutionEnvironment env) throws Exception {
        env.setParallelism(1).disableOperatorChaining();
        env.getConfig().setGlobalJobParameters(Configuration.fromMap(Map.of("topic", "orders")));
        DataStream<Long> numbers = env.fromSequence(1, Long.MAX_VALUE);
        try {
            numbers.executeAndCollect("dataStreamCollect_" + (numbers.getId() + 1));
        } catch (IllegalArgumentException expected) {
            // The submitter of a jar cannot collect; this fails after the job has been submitted.
        }
    }

    /** A job with two independent subtasks that fail shortly after each other. */
    private static void twins(StreamExecutionEnvironment env) throws Exception {
        env.setParallelism(2);
        env.fromSequence(1, Long.MAX_VALUE).map(new Fail()).process(new End());
        env.execute("Twins");
    }

    /** A job with one slow subtask out of four, which gets a second attempt. */
    private static void straggling(StreamExecutionEnvironment env) throws Exception {
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.fromSequence(1, 400).setParallelism(1).name("Numbers")
                .rebalance().map(new Straggle()).setParallelism(4).name("Straggle")
                .rebalance().process(new End()).name("End");
        env.execute("Straggling");
    }

    private abstract static class Task extends RichMapFunction<Long, Long> {
        /** The only access to it that all versions share. */
        int number(String scope) {
            return Integer.parseInt(getRuntimeContext().getMetricGroup().getAllVariables().get(scope));
        }

        int attempt() {
            return number(ScopeFormat.SCOPE_TASK_ATTEMPT_NUM);
        }

        int subtask() {
            return number(ScopeFormat.SCOPE_TASK_SUBTASK_INDEX);
        }
    }

    /** Fails in the first attempt. */
    public static final class Fail extends Task {
        @Override
        public Long map(Long number) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(200 + 300 * subtask());
            if (attempt() == 0) {
                throw new IllegalStateException("twin " + subtask() + " fails");
            }
            return number;
        }
    }

    /** A task that is slow in one subtask, and slowest in its first attempt. */
    public static final class Straggle extends Task {
        @Override
        public Long map(Long number) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(subtask() > 0 ? 1 : 3000);
            return number;
        }
    }

    /** Discards all records. */
    public static final class End extends ProcessFunction<Long, Void> {
        @Override
        public void processElement(Long number, Context context, Collector<Void> out) {}
    }
}
