import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The flags of a command line: {@code --flag value}, or {@code --flag} alone for a switch.
 *
 * <p>Flink's own {@code ParameterTool} moved to another package in 2.0.
 */
final class Arguments {
    private final Map<String, String> given = new LinkedHashMap<>();
    private final Set<String> known = new TreeSet<>();

    Arguments(String[] args) {
        for (int i = 0; i < args.length; i++) {
            String flag = args[i];
            if (!flag.startsWith("--")) {
                throw new IllegalArgumentException("expected a flag, not '" + flag + "'");
            }
            boolean hasValue = i + 1 < args.length && !args[i + 1].startsWith("--");
            if (given.put(flag, hasValue ? args[++i] : "") != null) {
                throw new IllegalArgumentException(flag + " is given twice");
            }
        }
    }

    boolean has(String flag) {
        known.add(flag);
        return given.containsKey(flag);
    }

    boolean isOn(String flag) {
        if (has(flag) && !given.get(flag).isEmpty()) {
            throw new IllegalArgumentException(flag + " is a switch and takes no value");
        }
        return has(flag);
    }

    String text(String flag, String otherwise) {
        if (has(flag) && given.get(flag).isEmpty()) {
            throw new IllegalArgumentException(flag + " needs a value");
        }
        return has(flag) ? given.get(flag) : otherwise;
    }

    long number(String flag, long otherwise) {
        String text = text(flag, Long.toString(otherwise));
        if (!text.matches("\\d{1,19}")) {
            throw new IllegalArgumentException(flag + " needs a whole number, not '" + text + "'");
        }
        return Long.parseLong(text);
    }

    /** Rejects all flags that were not asked for before. */
    void refuseOthers() {
        for (String flag : given.keySet()) {
            if (!known.contains(flag)) {
                throw new IllegalArgumentException("unknown flag " + flag + ", known are " + String.join(" ", known));
            }
        }
    }
}
