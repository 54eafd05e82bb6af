package fathom.cuda;

import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.Work;
import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Runs primitives for which there is no kernel on the host: copies operands there, computes, copies back. */
final class HostFallback {
    private static final System.Logger LOG = System.getLogger(HostFallback.class.getName());
    private static final Set<Class<?>> REPORTED = ConcurrentHashMap.newKeySet();

    /** Loaded at the first use, when all backends are available. */
    private static final class Hosts {
        static final List<Backend> ALL =
                ServiceLoader.load(Backend.class).stream()
                        .filter(p -> p.type() != CudaBackend.class)
                        .map(ServiceLoader.Provider::get)
                        .filter(b -> b.deviceType().equals("cpu"))
                        .filter(Backend::isAvailable)
                        .sorted(Comparator.comparingInt(Backend::priority).reversed())
                        .toList();
    }

    private HostFallback() {}

    /** The elements of an operand, from the lowest to the highest address. */
    private record Region(long address, long bytes, Operand operand) {
        static Region of(Operand o) {
            long low = 0;
            long high = 0;
            for (int d = 0; d < o.rank(); d++) {
                long reach = o.strides()[d] * (o.shape()[d] - 1);
                if (o.shape()[d] == 0) {
                    return new Region(o.address(), 0, o);
                }
                low += Math.min(0, reach);
                high += Math.max(0, reach);
            }
            int size = o.dtype().size();
            return new Region(o.address() + low * size, (high - low + 1) * size, o);
        }

        boolean isDense() {
            return bytes == operand.numel() * operand.dtype().size();
        }
    }

    private static @Nullable Backend host(Computed primitive, Operand[] in, Operand[] out) {
        for (Backend b : Hosts.ALL) {
            if (b.supports(primitive, in, out)) {
                return b;
            }
        }
        return null;
    }

    static Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        if (REPORTED.add(primitive.getClass())) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "{0} has no kernel for the GPU on such operands; it is computed on the host, with copies",
                    primitive.name());
        }
        return new Work() {
            @Override
            public void submit() {
                run(gpu, primitive, in, out);
            }

            @Override
            public boolean isCapturable() {
                return false;
            }
        };
    }

    private static void run(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        try (var arena = Arena.ofShared()) {
            List<Region> regions = new ArrayList<>();
            List<MemorySegment> copies = new ArrayList<>();
            var hostIn = new Operand[in.length];
            for (int i = 0; i < in.length; i++) {
                hostIn[i] = copied(gpu, arena, Region.of(in[i]), true, regions, copies);
            }
            var hostOut = new Operand[out.length];
            for (int i = 0; i < out.length; i++) {
                Region r = Region.of(out[i]);
                hostOut[i] = copied(gpu, arena, r, !r.isDense(), regions, copies);
            }
            gpu.synchronize();
            Backend backend = host(primitive, hostIn, hostOut);
            if (backend == null) {
                throw new IllegalArgumentException("neither the GPU nor the host computes " + primitive);
            }
            backend.run(primitive, hostIn, hostOut);
            for (Operand o : out) {
                Region r = Region.of(o);
                int at = find(regions, r);
                if (r.bytes > 0) {
                    gpu.copyFromHost(copies.get(at), r.address);
                }
            }
        }
    }

    private static int find(List<Region> regions, Region r) {
        for (int i = 0; i < regions.size(); i++) {
            if (regions.get(i).address == r.address && regions.get(i).bytes == r.bytes) {
                return i;
            }
        }
        return -1;
    }

    private static Operand copied(
            Gpu gpu, Arena arena, Region r, boolean filled, List<Region> regions, List<MemorySegment> copies) {
        int at = find(regions, r);
        if (at < 0) {
            at = regions.size();
            regions.add(r);
            copies.add(arena.allocate(Math.max(1, r.bytes), 64).asSlice(0, r.bytes));
            if (filled && r.bytes > 0) {
                gpu.copyToHost(r.address, copies.get(at));
            }
        }
        Operand o = r.operand;
        long address = copies.get(at).address() + (o.address() - r.address);
        return new Operand(o.dtype(), address, o.shape(), o.strides());
    }
}
