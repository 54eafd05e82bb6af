package fathom.cuda.gpu;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** The kernels of one GPU: by key, and by text where different keys lead to the same source. */
public final class FunctionCache {
    private final ConcurrentHashMap<Object, KernelFunction> byKey = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, KernelFunction> byText = new ConcurrentHashMap<>();
    private final Function<KernelSource, KernelFunction> compiler;

    /**
     * @param compiler compiles a source, once for each text
     */
    public FunctionCache(Function<KernelSource, KernelFunction> compiler) {
        this.compiler = compiler;
    }

    /** {@return the kernel for a key} */
    public KernelFunction get(Object key, Supplier<KernelSource> source) {
        KernelFunction found = byKey.get(key);
        if (found == null) {
            KernelSource text = source.get();
            found = byText.computeIfAbsent(text.text(), t -> compiler.apply(text));
            byKey.put(key, found);
        }
        return found;
    }
}
