import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map.Entry;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.accumulators.Accumulator;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;

/**
 * Counts the words of a text, as a batch or stream job.
 *
 * <p>The result is in the accumulators {@code lines}, {@code words}, {@code distinct-words} and {@code top-words}, which
 * the REST API returns.
 */
public final class WordCount {
    /** From "The Brook" by Alfred Tennyson, 1855. */
    private static final String POEM = String.join("\n",
            "I come from haunts of coot and hern,",
            "I make a sudden sally,",
            "And sparkle out among the fern,",
            "To bicker down a valley.",
            "By thirty hills I hurry down,",
            "Or slip between the ridges,",
            "By twenty thorps, a little town,",
            "And half a hundred bridges.",
            "Till last by Philip's farm I flow",
            "To join the brimming river,",
            "For men may come and men may go,",
            "But I go on for ever.");

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args);
        String text = arguments.text("--text", POEM);
        String mode = arguments.text("--mode", "batch");
        arguments.refuseOthers();

        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setRuntimeMode(RuntimeExecutionMode.valueOf(mode.toUpperCase(Locale.ROOT)));

        env.fromCollection(text.lines().collect(Collectors.toList())).name("Lines")
                .flatMap(new Split()).name("Split")
                .keyBy(counted -> counted.f0)
                .sum(1).name("Count")
                .map(new Report()).name("Report")
                .print().name("Print");

        env.execute("Word count");
    }

    /** Splits lines into words with a count of one. */
    public static final class Split extends RichFlatMapFunction<String, Tuple2<String, Long>> {
        private static final Pattern WORD = Pattern.compile("[\\p{L}']+");

        private final LongCounter lines = new LongCounter();
        private final LongCounter words = new LongCounter();

        // Not open(): its parameter changed in 2.0.
        @Override
        public void setRuntimeContext(RuntimeContext context) {
            super.setRuntimeContext(context);
            context.addAccumulator("lines", lines);
            context.addAccumulator("words", words);
        }

        @Override
        public void flatMap(String line, Collector<Tuple2<String, Long>> out) {
            lines.add(1);
            WORD.matcher(line.toLowerCase(Locale.ROOT)).results().map(MatchResult::group).forEach(word -> {
                words.add(1);
                out.collect(Tuple2.of(word, 1L));
            });
        }
    }

    /** Adds the counts to accumulators: final counts of a batch, growing counts of a stream. */
    public static final class Report extends RichMapFunction<Tuple2<String, Long>, Tuple2<String, Long>> {
        private final Set<String> seen = new HashSet<>();
        private final LongCounter distinctWords = new LongCounter();
        private final TopWords topWords = new TopWords();

        @Override
        public void setRuntimeContext(RuntimeContext context) {
            super.setRuntimeContext(context);
            context.addAccumulator("distinct-words", distinctWords);
            context.addAccumulator("top-words", topWords);
        }

        @Override
        public Tuple2<String, Long> map(Tuple2<String, Long> counted) {
            distinctWords.add(seen.add(counted.f0) ? 1 : 0);
            topWords.add(counted);
            return counted;
        }
    }

    /** Keeps the largest count of every word; its value is the ten most frequent words. */
    public static final class TopWords implements Accumulator<Tuple2<String, Long>, LinkedHashMap<String, Long>> {
        // Heartbeats read it concurrently with the task.
        private final ConcurrentSkipListMap<String, Long> counts = new ConcurrentSkipListMap<>();

        @Override
        public void add(Tuple2<String, Long> counted) {
            counts.merge(counted.f0, counted.f1, Math::max);
        }

        @Override
        public LinkedHashMap<String, Long> getLocalValue() {
            return counts.entrySet().stream()
                    .sorted(Entry.<String, Long>comparingByValue().reversed())
                    .limit(10)
                    .collect(Collectors.toMap(Entry::getKey, Entry::getValue, Math::max, LinkedHashMap::new));
        }

        @Override
        public void resetLocal() {
            counts.clear();
        }

        @Override
        public void merge(Accumulator<Tuple2<String, Long>, LinkedHashMap<String, Long>> other) {
            ((TopWords) other).counts.forEach((word, count) -> counts.merge(word, count, Math::max));
        }

        @Override
        public TopWords clone() {
            TopWords copy = new TopWords();
            copy.merge(this);
            return copy;
        }
    }
}
