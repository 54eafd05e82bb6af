package fathom.interop.onnx.graph;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The operators that graphs may use. */
@FunctionalInterface
public interface Operators {
    /** {@return the operator of a domain with a name; null if there is none} */
    @Nullable Operator find(String domain, String name);

    /** {@return the operators of a map from names, with the domain in front where it is not ONNX's own} */
    static Operators of(Map<String, Operator> byName) {
        return (domain, name) -> byName.get(domain.isEmpty() ? name : domain + "." + name);
    }
}
