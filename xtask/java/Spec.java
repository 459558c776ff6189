import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URL;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

import org.apache.flink.runtime.rest.handler.RestHandlerSpecification;
import org.apache.flink.runtime.rest.messages.EmptyRequestBody;
import org.apache.flink.runtime.rest.messages.MessageHeaders;
import org.apache.flink.runtime.rest.messages.MessageParameters;
import org.apache.flink.runtime.rest.messages.MessagePathParameter;
import org.apache.flink.runtime.rest.messages.MessageQueryParameter;
import org.apache.flink.runtime.rest.messages.UntypedResponseMessageHeaders;
import org.apache.flink.runtime.rest.util.RestMapperUtils;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.Base64Variant;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonGenerator;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonMappingException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonSerializer;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.SerializerProvider;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.module.SimpleModule;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Prints the REST API of the Flink on the class path, as declared by Flink's own classes.
 *
 * <p>Bodies and responses are samples that Flink itself serialized, with every field set; see {@link Sample}. The value of
 * an enum is all its constants, joined by bars.
 */
public final class Spec {
    /** The mapper of Flink's server and client. */
    private static final ObjectMapper FLINK = RestMapperUtils.getStrictObjectMapper();

    /** The same mapper, except for enums. */
    private static final ObjectMapper JSON =
            FLINK.copy().registerModule(new SimpleModule().addSerializer(Enum.class, new Words()));

    public static void main(String[] args) throws Exception {
        ObjectNode endpoints = JSON.createObjectNode();
        URL dist = RestHandlerSpecification.class.getProtectionDomain().getCodeSource().getLocation();
        try (JarFile jar = new JarFile(new File(dist.toURI()))) {
            List<String> names = jar.stream()
                    .map(entry -> entry.getName().replace('/', '.'))
                    .filter(name -> name.startsWith("org.apache.flink.runtime.") && name.endsWith(".class"))
                    .filter(name -> name.contains(".rest.") || name.contains(".webmonitor."))
                    .map(name -> name.substring(0, name.length() - ".class".length()))
                    .collect(Collectors.toList());
            for (String name : names) {
                Class<?> declaration = Class.forName(name, false, Spec.class.getClassLoader());
                if (isEndpoint(declaration)) {
                    RestHandlerSpecification endpoint = (RestHandlerSpecification) instance(declaration);
                    // Pages of the dashboard are not part of the API.
                    String path = endpoint.getTargetRestEndpointURL();
                    if (!path.equals("/:*")) {
                        endpoints.set(endpoint.getHttpMethod().name() + " " + path, describe(endpoint));
                    }
                }
            }
        }
        System.out.println(JSON.writeValueAsString(endpoints));
    }

    /** Tells if the class declares an endpoint by itself; a class whose constructor needs another endpoint only
     * decorates it. */
    private static boolean isEndpoint(Class<?> declaration) {
        return RestHandlerSpecification.class.isAssignableFrom(declaration)
                && !Modifier.isAbstract(declaration.getModifiers())
                && Arrays.stream(declaration.getDeclaredConstructors()).anyMatch(it -> it.getParameterCount() == 0);
    }

    private static Object instance(Class<?> type) throws ReflectiveOperationException {
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }

    private static ObjectNode describe(RestHandlerSpecification endpoint) throws Exception {
        ObjectNode node = JSON.createObjectNode();
        if (endpoint instanceof UntypedResponseMessageHeaders) {
            describe(node, ((UntypedResponseMessageHeaders<?, ?>) endpoint).getUnresolvedMessageParameters());
        }
        if (endpoint instanceof MessageHeaders) {
            describe(node, (MessageHeaders<?, ?, ?>) endpoint);
        }
        return node;
    }

    private static void describe(ObjectNode node, MessageParameters parameters) {
        ObjectNode path = node.putObject("path_parameters");
        for (MessagePathParameter<?> parameter : parameters.getPathParameters()) {
            path.put(parameter.getKey(), value(parameter.getClass(), MessagePathParameter.class).getSimpleName());
        }
        ArrayNode query = node.putArray("query_parameters");
        for (MessageQueryParameter<?> parameter : parameters.getQueryParameters()) {
            query.addObject()
                    .put("key", parameter.getKey())
                    .put("is_mandatory", parameter.isMandatory())
                    .put("type", typeOf(parameter));
        }
    }

    private static void describe(ObjectNode node, MessageHeaders<?, ?, ?> endpoint) throws Exception {
        if (endpoint.getRequestClass() != EmptyRequestBody.class) {
            Object body = Sample.of(endpoint.getRequestClass()).get(0);
            node.set("body", json(body));
            node.put("is_body_readable", isReadable(body));
        }
        node.put("takes_files", endpoint.acceptsFileUploads());
        node.put("status", endpoint.getResponseStatusCode().code());
        ArrayNode answers = node.putArray("answers");
        Type[] parameters = endpoint.getResponseTypeParameters().toArray(new Type[0]);
        for (Object answer : Sample.of(endpoint.getResponseClass(), parameters)) {
            answers.add(json(answer));
        }
    }

    /** Serializes an object as Flink does. JSON and bytes that Flink only passes through stay empty. */
    private static JsonNode json(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator plain = JSON.getFactory().createGenerator(text)) {
            JSON.writeValue(new JsonGeneratorDelegate(plain) {
                @Override
                public void writeRawValue(String json) throws IOException {
                    super.writeRawValue("{}");
                }

                @Override
                public void writeBinary(Base64Variant form, byte[] bytes, int from, int length) throws IOException {
                    super.writeString("");
                }
            }, object);
        }
        return JSON.readTree(text.toString());
    }

    /** Tells if Flink can deserialize its own output. */
    private static boolean isReadable(Object body) throws IOException {
        try {
            FLINK.readValue(FLINK.writeValueAsString(body), body.getClass());
            return true;
        } catch (JsonMappingException unreadable) {
            return false;
        }
    }

    private static <X> String typeOf(MessageQueryParameter<X> parameter) {
        @SuppressWarnings("unchecked")
        Class<X> value = (Class<X>) value(parameter.getClass(), MessageQueryParameter.class);
        if (!value.isEnum()) {
            return value.getSimpleName();
        }
        return Arrays.stream(value.getEnumConstants())
                .map(parameter::convertValueToString)
                .collect(Collectors.joining("|"));
    }

    /** The type argument {@code X} of the class's supertype {@code base<X>}. */
    private static Class<?> value(Class<?> type, Class<?> base) {
        Type above = type.getGenericSuperclass();
        if (type.getSuperclass() != base) {
            Class<?> value = value(type.getSuperclass(), base);
            // Some classes have a generic superclass in between.
            return value != Object.class ? value : (Class<?>) ((ParameterizedType) above).getActualTypeArguments()[0];
        }
        Type value = ((ParameterizedType) above).getActualTypeArguments()[0];
        return value instanceof Class ? (Class<?>) value : Object.class;
    }

    /** Serializes any value of an enum as all its constants. */
    @SuppressWarnings("rawtypes")
    private static final class Words extends JsonSerializer<Enum> {
        @Override
        public void serialize(Enum value, JsonGenerator out, SerializerProvider provider) throws IOException {
            StringBuilder words = new StringBuilder();
            for (Object constant : value.getDeclaringClass().getEnumConstants()) {
                words.append(words.length() == 0 ? "" : "|").append(FLINK.valueToTree(constant).asText());
            }
            out.writeString(words.toString());
        }
    }
}
