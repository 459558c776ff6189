import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.ObjectOutputStream;

import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Writes a job graph to a file instead of running it, as Flink's command line does before it submits a job. */
public final class PreparedJob {
    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(1);
        // No machine of the cluster has this file: it must be uploaded with the job.
        env.registerCachedFile("file:///no/such/file", "words");
        env.fromSequence(1, 3).map(new Word()).print();
        try (ObjectOutputStream file = new ObjectOutputStream(new FileOutputStream(args[0]))) {
            file.writeObject(env.getStreamGraph().getJobGraph());
        }
    }

    /** A class that only the uploaded jar contains. */
    public static final class Word extends RichMapFunction<Long, String> {
        @Override
        public String map(Long number) throws Exception {
            try (BufferedReader words = new BufferedReader(
                    new FileReader(getRuntimeContext().getDistributedCache().getFile("words")))) {
                return words.lines().skip(number - 1).findFirst().get();
            }
        }
    }
}
