import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.streaming.api.datastream.CachedDataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Leaves a cluster dataset. Only a batch job with a cached stream does so, from Flink 1.16 on. */
public final class CachedDataset {
    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        CachedDataStream<Long> numbers = env.fromSequence(1, 100).map(number -> number + 1).cache();
        numbers.print();
        env.execute("Cached data set");
    }
}
