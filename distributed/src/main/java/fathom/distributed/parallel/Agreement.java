package fathom.distributed.parallel;

import fathom.Tensor;
import fathom.distributed.DistributedException;
import fathom.distributed.ProcessGroup;
import fathom.nn.Block;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Checks that all processes have the same network, before they reduce anything: later they would wait for ever. */
final class Agreement {
    private Agreement() {}

    /**
     * Compares the names, shapes and types of parameters and buffers.
     *
     * @throws DistributedException on all processes, naming the first difference
     */
    static void check(Block net, ProcessGroup group) {
        var text = new StringBuilder();
        net.namedParameters().forEach((name, p) -> line(text, name, p).append(p.requiresGrad()).append('\n'));
        net.namedBuffers().forEach((name, b) -> line(text, name, b).append('\n'));
        String mine = text.toString();
        List<byte[]> all = group.allGather(mine.getBytes(StandardCharsets.UTF_8));
        List<String> first = new String(all.getFirst(), StandardCharsets.UTF_8).lines().toList();
        for (int r = 1; r < all.size(); r++) {
            List<String> other = new String(all.get(r), StandardCharsets.UTF_8).lines().toList();
            if (!other.equals(first)) {
                int i = 0;
                while (i < Math.min(first.size(), other.size()) && first.get(i).equals(other.get(i))) {
                    i++;
                }
                throw new DistributedException(
                        String.format(
                                Locale.ROOT,
                                "the processes have different networks: rank 0 has %s, rank %d %s",
                                i < first.size() ? first.get(i) : "no more tensors",
                                r,
                                i < other.size() ? other.get(i) : "no more tensors"));
            }
        }
    }

    private static StringBuilder line(StringBuilder text, String name, Tensor t) {
        return text.append(name).append(' ').append(t.dtype()).append(' ').append(t.shape()).append(' ');
    }
}
