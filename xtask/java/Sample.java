import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.annotation.JsonCreator;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.annotation.JsonProperty;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.annotation.JsonSubTypes;
import org.apache.flink.util.SerializedThrowable;
import org.apache.flink.util.SerializedValue;

/**
 * Makes sample objects of any class: one with every field set, and others for the cases that the first cannot show, such
 * as other subclasses or missing optional fields. Samples are the same in each run.
 */
final class Sample {
    /** A valid id, and a string like any other. */
    private static final String TEXT = "0123456789abcdef0123456789abcdef";

    /** The classes under construction, to stop at recursive ones. */
    private final Deque<Class<?>> underConstruction = new ArrayDeque<>();

    /** Objects of this class, the most complete first. */
    static List<Object> of(Class<?> type, Type... arguments) throws ReflectiveOperationException {
        return new Sample().make(type, bind(type, arguments));
    }

    private List<Object> values(Type type, Map<TypeVariable<?>, Type> bindings) throws ReflectiveOperationException {
        if (type instanceof TypeVariable) {
            return values(bindings.getOrDefault(type, Object.class), bindings);
        }
        if (type instanceof WildcardType) {
            return values(((WildcardType) type).getUpperBounds()[0], bindings);
        }
        Class<?> raw = raw(type);
        boolean isGeneric = type instanceof ParameterizedType;
        Type[] arguments = isGeneric ? ((ParameterizedType) type).getActualTypeArguments() : new Type[0];
        if (raw == Optional.class) {
            return List.of(Optional.of(values(arguments[0], bindings).get(0)), Optional.empty());
        }
        if (raw.isAssignableFrom(List.class) && arguments.length == 1 || raw == Set.class) {
            List<Object> items = isNestedTwice(raw(arguments[0])) ? List.of() : values(arguments[0], bindings);
            return List.of(raw == Set.class ? new LinkedHashSet<>(items) : items);
        }
        if (Map.class.isAssignableFrom(raw)) {
            Class<?> key = raw(arguments[0]);
            List<Object> keys = key.isEnum() ? List.of(key.getEnumConstants()) : values(key, bindings);
            List<Object> maps = new ArrayList<>();
            for (Object value : values(arguments[1], bindings)) {
                maps.add(new HashMap<>(keys.stream().collect(Collectors.toMap(one -> one, one -> value))));
            }
            return maps;
        }
        Object simple = simple(raw);
        if (simple != null) {
            return List.of(simple);
        }
        return isNestedTwice(raw) ? Collections.singletonList(null) : make(raw, bind(raw, arguments));
    }

    /** Tells if objects of this class are already under construction twice. */
    private boolean isNestedTwice(Class<?> type) {
        return Collections.frequency(underConstruction, type) > 1;
    }

    private static Object simple(Class<?> type) {
        if (type == boolean.class || type == Boolean.class) {
            return true;
        } else if (type == int.class || type == Integer.class) {
            return 1;
        } else if (type == long.class || type == Long.class || type == Number.class) {
            return 2L;
        } else if (type == double.class || type == Double.class) {
            return 1.5;
        } else if (type.isAssignableFrom(String.class)) {
            return TEXT;
        } else if (type.isEnum()) {
            return type.getEnumConstants()[0];
        } else if (type == int[].class) {
            // The only array of numbers has one for each state of a task.
            return new int[ExecutionState.values().length];
        } else if (type == byte[].class) {
            // The length of an id.
            return new byte[16];
        } else if (type == SerializedValue.class) {
            return SerializedValue.fromBytes(new byte[] {1});
        } else if (type == SerializedThrowable.class) {
            Exception exception = new Exception("reason");
            exception.setStackTrace(new StackTraceElement[0]);
            return new SerializedThrowable(exception);
        }
        return null;
    }

    private List<Object> make(Class<?> type, Map<TypeVariable<?>, Type> bindings) throws ReflectiveOperationException {
        List<Object> made = new ArrayList<>();
        underConstruction.push(type);
        JsonSubTypes subclasses = type.getAnnotation(JsonSubTypes.class);
        if (subclasses != null) {
            for (JsonSubTypes.Type subclass : subclasses.value()) {
                made.addAll(make(subclass.value(), bindings));
            }
        } else {
            for (Executable maker : makers(type)) {
                if (made.isEmpty()) {
                    call(maker, bindings, made);
                }
            }
        }
        for (Object list : made) {
            if (list instanceof List && ((List<?>) list).isEmpty()) {
                fill((List<?>) list, (ParameterizedType) type.getGenericSuperclass());
            }
        }
        underConstruction.pop();
        if (made.isEmpty()) {
            throw new ReflectiveOperationException("nothing makes a " + type);
        }
        return made;
    }

    /** Some responses are lists themselves; their samples are empty. */
    @SuppressWarnings("unchecked")
    private void fill(List<?> list, ParameterizedType type) throws ReflectiveOperationException {
        ((List<Object>) list).addAll(values(type.getActualTypeArguments()[0], Map.of()));
    }

    /** Factories that aggregate several objects come first, then what Jackson would call, then the constructor with
     * the most parameters. */
    private static List<Executable> makers(Class<?> type) {
        Stream<Executable> factories = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers()) && method.getReturnType() == type)
                .filter(method -> aggregates(method) || isForJackson(method))
                .map(method -> method);
        return Stream.concat(factories, Arrays.stream(type.getDeclaredConstructors()))
                .filter(maker -> !maker.isSynthetic())
                .sorted(Comparator.comparing(Sample::aggregates)
                        .thenComparing(Sample::isForJackson)
                        .thenComparing(Executable::getParameterCount)
                        .reversed())
                .collect(Collectors.toList());
    }

    private void call(Executable maker, Map<TypeVariable<?>, Type> bindings, List<Object> made)
            throws ReflectiveOperationException {
        maker.setAccessible(true);
        List<List<Object>> choices = new ArrayList<>();
        for (int i = 0; i < maker.getParameterCount(); i++) {
            JsonProperty named = maker.getParameters()[i].getAnnotation(JsonProperty.class);
            boolean isVersion = named != null && named.value().equals("flink-version");
            choices.add(isVersion ? List.of("1.0") : values(maker.getGenericParameterTypes()[i], bindings));
        }
        int most = choices.stream().mapToInt(List::size).max().orElse(1);
        for (int i = 0; i < most; i++) {
            int turn = i;
            call(maker, choices.stream().map(values -> values.get(turn % values.size())).toArray(), made);
        }
        boolean areExclusive = made.isEmpty();
        Object[] full = choices.stream().map(values -> values.get(0)).toArray();
        Object[] least = full.clone();
        for (int i = 0; i < full.length; i++) {
            if (areExclusive && !maker.getParameterTypes()[i].isPrimitive()) {
                Object[] without = full.clone();
                without[i] = null;
                call(maker, without, made);
            }
            if (isNullable(maker.getParameters()[i])) {
                least[i] = null;
            }
        }
        if (!Arrays.equals(full, least)) {
            call(maker, least, made);
        }
    }

    private static void call(Executable maker, Object[] arguments, List<Object> made)
            throws ReflectiveOperationException {
        try {
            made.add(maker instanceof Method ? ((Method) maker).invoke(null, arguments)
                    : ((Constructor<?>) maker).newInstance(arguments));
        } catch (InvocationTargetException rejected) {
            // It rejects these arguments; another call may succeed.
        }
    }

    private static boolean isNullable(Parameter parameter) {
        return Arrays.stream(parameter.getAnnotations())
                .anyMatch(annotation -> annotation.annotationType().getSimpleName().equals("Nullable"));
    }

    private static boolean aggregates(Executable maker) {
        return maker instanceof Method && maker.getParameterCount() == 1 && maker.getParameterTypes()[0] == List.class;
    }

    private static boolean isForJackson(Executable maker) {
        return maker.isAnnotationPresent(JsonCreator.class);
    }

    private static Class<?> raw(Type type) {
        return (Class<?>) (type instanceof ParameterizedType ? ((ParameterizedType) type).getRawType() : type);
    }

    private static Map<TypeVariable<?>, Type> bind(Class<?> type, Type... arguments) {
        Map<TypeVariable<?>, Type> bindings = new HashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            bindings.put(type.getTypeParameters()[i], arguments[i]);
        }
        return bindings;
    }
}
