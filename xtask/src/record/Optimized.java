import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.DataSet;
import org.apache.flink.api.java.ExecutionEnvironment;
import org.apache.flink.api.java.io.DiscardingOutputFormat;
import org.apache.flink.api.java.operators.IterativeDataSet;
import org.apache.flink.api.java.tuple.Tuple2;

/** A job of the DataSet API (up to 1.20), whose optimizer adds much to its plan. */
public final class Optimized {
    public static void main(String[] args) throws Exception {
        ExecutionEnvironment env = ExecutionEnvironment.getExecutionEnvironment();
        DataSet<Tuple2<Long, Long>> pairs = env.generateSequence(1, 100)
                .map(number -> Tuple2.of(number, number))
                .returns(Types.TUPLE(Types.LONG, Types.LONG));
        IterativeDataSet<Tuple2<Long, Long>> loop = pairs.iterate(3);
        // The optimizer caches inputs that do not change in the loop.
        DataSet<Tuple2<Long, Long>> joined = loop.join(pairs).where(0).equalTo(1).projectFirst(0, 1);
        loop.closeWith(joined.groupBy(0).sum(1)).output(new DiscardingOutputFormat<>());
        env.execute("Optimized");
    }
}
