package fathom.pickle;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A dictionary of a pickle, {@code dict} or {@code OrderedDict}; the latter may have attributes. */
public final class Dictionary extends LinkedHashMap<@Nullable Object, @Nullable Object> {
    private static final long serialVersionUID = 1;

    private transient Map<@Nullable Object, @Nullable Object> attributes = Map.of();

    /** {@return the object's attributes by name} */
    public Map<@Nullable Object, @Nullable Object> attributes() {
        return attributes;
    }

    void setAttributes(Map<@Nullable Object, @Nullable Object> attributes) {
        this.attributes = attributes;
    }
}
