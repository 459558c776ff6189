import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.failure.FailureEnricher;
import org.apache.flink.core.failure.FailureEnricherFactory;

/** A plugin that adds a label to every failure (1.18+). */
public final class Labels implements FailureEnricherFactory, FailureEnricher {
    @Override
    public FailureEnricher createFailureEnricher(Configuration configuration) {
        return this;
    }

    @Override
    public Set<String> getOutputKeys() {
        return Set.of("kind");
    }

    @Override
    public CompletableFuture<Map<String, String>> processFailure(Throwable failure, Context context) {
        return CompletableFuture.completedFuture(Map.of("kind", failure.getClass().getSimpleName()));
    }
}
