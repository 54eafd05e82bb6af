package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.cuda.gpu.KernelFiles;
import fathom.cuda.gpu.KernelSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Makes kernels of texts in resources: the text after definitions of what it is specialised on. */
final class Source {
    private static final Map<String, String> TEXTS = new ConcurrentHashMap<>();

    private final String name;
    private final StringBuilder code = new StringBuilder();

    private Source(String name) {
        this.name = name;
    }

    /** {@return the beginning of a kernel of the resource {@code window/NAME.cuh}} */
    static Source of(String name) {
        return new Source(name);
    }

    Source define(String macro, Object value) {
        code.append("#define ").append(macro).append(' ').append(value).append('\n');
        return this;
    }

    Source define(String macro, boolean value) {
        return define(macro, value ? 1 : 0);
    }

    /** Defines the type in memory under a name, and {@code NAME_OF(x)}, which rounds a computed value to it. */
    Source type(String macro, DType type) {
        define(macro, ElementType.stored(type));
        return define(macro + "_OF(x)", ElementType.store(type, "x"));
    }

    /** Defines the type of elements, how they are read, and the type that sums are computed in. */
    Source elements(DType type) {
        type("T", type);
        define("ACC", type.isFloating() ? ElementType.computed(type) : "i64");
        define("FLOATING", type.isFloating());
        return define("LOAD(x)", ElementType.load(type, "x"));
    }

    /** Defines the types of offsets and indices, {@code IX} and, without sign, {@code UIX}. */
    Source index(boolean isSmall) {
        define("UIX", isSmall ? "u32" : "u64");
        return define("IX", isSmall ? "int" : "i64");
    }

    /** Inserts the text of another resource, which several kernels share. */
    Source include(String shared) {
        code.append(TEXTS.computeIfAbsent(shared, Source::read));
        return this;
    }

    KernelSource kernel() {
        return new KernelSource(name, code + TEXTS.computeIfAbsent(name, Source::read)).contracting();
    }

    private static String read(String name) {
        return KernelFiles.resource("window/" + name + ".cuh");
    }
}
