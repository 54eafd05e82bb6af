package fathom.testkit;

import fathom.DType;
import fathom.primitive.Backend;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** The backend of {@link UntouchableDevice}: the CPU's backends, on the real addresses. */
public final class UntouchableBackend implements Backend {
    /** Loaded at the first use, when all backends are available. */
    private static final class Hosts {
        static final List<Backend> ALL = load();

        private static List<Backend> load() {
            String only = System.getProperty("fathom.backend", "");
            boolean accelerated = !"none".equals(System.getProperty("fathom.accelerator"));
            return ServiceLoader.load(Backend.class).stream()
                    .filter(p -> p.type() != UntouchableBackend.class)
                    .map(ServiceLoader.Provider::get)
                    .filter(b -> b.deviceType().equals("cpu"))
                    .filter(b -> only.isEmpty() || b.name().equals(only))
                    .filter(b -> accelerated || b.priority() <= 0)
                    .filter(Backend::isAvailable)
                    .sorted(Comparator.comparingInt(Backend::priority).reversed())
                    .toList();
        }
    }

    /** For the service loader. */
    public UntouchableBackend() {}

    @Override
    public String name() {
        return "untouchable";
    }

    @Override
    public String deviceType() {
        return "untouchable";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public String status() {
        return "the CPU's backends on memory that the host cannot address, for tests";
    }

    @Override
    public int threads() {
        return Hosts.ALL.stream().mapToInt(Backend::threads).max().orElse(1);
    }

    @Override
    public void setThreads(int threads) {
        Hosts.ALL.forEach(b -> b.setThreads(threads));
    }

    @Override
    public @Nullable String slowIn(DType type) {
        String why = null;
        for (Backend b : Hosts.ALL) {
            why = b.slowIn(type);
            if (why == null) {
                break;
            }
        }
        return why;
    }

    private static Operand[] real(Operand[] operands) {
        var real = new Operand[operands.length];
        for (int i = 0; i < real.length; i++) {
            Operand o = operands[i];
            real[i] = new Operand(o.dtype(), UntouchableDevice.real(o.address()), o.shape(), o.strides());
        }
        return real;
    }

    private static @Nullable Backend host(Primitive primitive, Operand[] in, Operand[] out) {
        for (Backend b : Hosts.ALL) {
            if (b.supports(primitive, in, out)) {
                return b;
            }
        }
        return null;
    }

    private static Backend chosen(Primitive primitive, Operand[] in, Operand[] out) {
        Backend b = host(primitive, in, out);
        if (b == null) {
            throw new IllegalArgumentException("no CPU backend runs " + primitive);
        }
        return b;
    }

    @Override
    public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return host(primitive, real(inputs), real(outputs)) != null;
    }

    @Override
    public void run(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        Operand[] in = real(inputs);
        Operand[] out = real(outputs);
        chosen(primitive, in, out).run(primitive, in, out);
    }

    @Override
    public Runnable bind(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        Operand[] in = real(inputs);
        Operand[] out = real(outputs);
        return chosen(primitive, in, out).bind(primitive, in, out);
    }

    @Override
    public void runEach(Primitive primitive, Operand[][] inputs, Operand[][] outputs) {
        var in = new ArrayList<Operand[]>();
        var out = new ArrayList<Operand[]>();
        Backend one = null;
        for (int i = 0; i < inputs.length; i++) {
            Operand[] from = real(inputs[i]);
            Operand[] to = real(outputs[i]);
            Backend b = chosen(primitive, from, to);
            if (one == null || b == one) {
                one = b;
                in.add(from);
                out.add(to);
            } else {
                b.run(primitive, from, to);
            }
        }
        if (one != null) {
            one.runEach(primitive, in.toArray(Operand[][]::new), out.toArray(Operand[][]::new));
        }
    }
}
