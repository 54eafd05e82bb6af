package fathom.io;

import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.TensorAccess;
import fathom.memory.Storage;
import fathom.primitive.Layouts;
import fathom.primitive.Ops;
import fathom.primitive.Spec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The storages of a file format that preserves sharing: tensors whose elements overlap in memory share a storage in the
 * file, and a storage holds no more than the range from its tensors' first to last element.
 */
final class StorageLayout {
    /** A tensor in the file's storage {@code key}, which has {@code count} elements. */
    record Placed(int key, DType dtype, long count, long offset, long[] shape, long[] strides) {}

    private final Map<String, Placed> placed = new HashMap<>();
    private final List<Tensor> storages = new ArrayList<>();

    StorageLayout(Map<String, Tensor> tensors) {
        var spans = new HashMap<String, Span>();
        var bySource = new HashMap<Source, List<Span>>();
        tensors.forEach((name, t) -> {
            var span = new Span(t);
            spans.put(name, span);
            if (span.begin < span.end) {
                bySource.computeIfAbsent(new Source(TensorAccess.storage(t), t.dtype()), s -> new ArrayList<>())
                        .add(span);
            }
        });
        bySource.values().forEach(StorageLayout::join);
        tensors.forEach((name, t) -> place(name, t, Objects.requireNonNull(spans.get(name)).whole()));
    }

    private record Source(Storage storage, DType dtype) {}

    /** Elements of a storage from {@code begin} (inclusive) to {@code end} (exclusive). */
    private static final class Span {
        final Tensor first;
        final long begin;
        long end;
        boolean shared;
        int key = -1;

        /** The span that this one was merged into. */
        @Nullable Span joined;

        Span(Tensor t) {
            first = t;
            begin = TensorAccess.geometry(t).offset();
            end = begin;
            if (t.numel() > 0) {
                end++;
                for (int d = 0; d < t.dim(); d++) {
                    end += (Ops.shape(t)[d] - 1) * Ops.strides(t)[d];
                }
            }
        }

        Span whole() {
            return joined == null ? this : joined;
        }
    }

    private static void join(List<Span> spans) {
        spans.sort(Comparator.comparingLong(s -> s.begin));
        Span last = spans.getFirst();
        for (Span s : spans.subList(1, spans.size())) {
            if (s.begin < last.end) {
                s.joined = last;
                last.shared = true;
                last.end = Math.max(last.end, s.end);
            } else {
                last = s;
            }
        }
    }

    private void place(String name, Tensor t, Span span) {
        long count = span.end - span.begin;
        boolean alone = !span.shared && count > t.numel(); // the gaps between its elements need not be written
        if (span.key < 0) {
            span.key = storages.size();
            storages.add(
                    alone
                            ? t.detach()
                            : TensorAccess.view(TensorAccess.storage(t), span.begin, Spec.of(t.dtype(), count)));
        }
        placed.put(
                name,
                alone
                        ? new Placed(span.key, t.dtype(), t.numel(), 0, Ops.shape(t), Layouts.contiguous(Ops.shape(t)))
                        : new Placed(
                                span.key,
                                t.dtype(),
                                count,
                                TensorAccess.geometry(t).offset() - span.begin,
                                Ops.shape(t),
                                Ops.strides(t)));
    }

    /** {@return the location of each tensor, by name} */
    Map<String, Placed> placed() {
        return placed;
    }

    /** {@return the elements of the file's storages; the list index is the key} */
    List<Tensor> storages() {
        return storages;
    }
}
