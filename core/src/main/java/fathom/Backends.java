package fathom;

import fathom.backend.ComputeBackend;
import fathom.dispatch.UserBackend;
import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import fathom.services.Services;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The backends of one device, in order of priority. */
final class Backends {
    private static final List<Backend> ALL = load();

    /** The problem with the system properties, which every operation reports; null if there is none. */
    private static final @Nullable String PROBLEM = problem();

    private final Device device;
    private final Backend[] used;

    /** Backends of users, which are asked before. */
    private final UserBackend[] users;

    private final Backend custom;

    Backends(Device device) {
        this.device = device;
        custom = new CustomKernel.Runner(device.memory());
        String only = System.getProperty("fathom.backend", "");
        boolean native_ = !"none".equals(System.getProperty("fathom.accelerator"));
        boolean isCpu = device.type().equals("cpu");
        List<Backend> here =
                ALL.stream()
                        .filter(b -> b.deviceType().equals(device.type()))
                        .filter(b -> !isCpu || only.isEmpty() || b.name().equals(only))
                        .filter(b -> !isCpu || native_ || b.priority() <= 0)
                        .filter(Backends::isAvailable)
                        .map(b -> b.on(device.index()))
                        .toList();
        used = here.stream().filter(b -> !(b instanceof UserBackend)).toArray(Backend[]::new);
        users =
                here.stream()
                        .filter(UserBackend.class::isInstance)
                        .map(b -> ((UserBackend) b).on(device.memory().isHostAddressable()))
                        .toArray(UserBackend[]::new);
    }

    private static List<Backend> load() {
        List<Backend> found = new ArrayList<>(CoreServices.load(Backend.class, Backend::name));
        for (ComputeBackend b : CoreServices.load(ComputeBackend.class, ComputeBackend::name)) {
            if (found.stream().noneMatch(f -> f.name().equals(b.name()))) {
                found.add(new UserBackend(b, true));
            } else {
                warn("backend %s of %s is skipped: another has that name".formatted(b.name(), b.getClass().getName()));
            }
        }
        found.sort(Comparator.comparingInt(Backend::priority).reversed());
        return List.copyOf(found);
    }

    private static boolean isAvailable(Backend backend) {
        try {
            return backend.isAvailable();
        } catch (LinkageError | RuntimeException e) {
            warn(
                    "backend %s (%s) is skipped, because its availability check failed: %s"
                            .formatted(backend.name(), backend.getClass().getName(), Services.causes(e)));
            return false;
        }
    }

    private static void warn(String text) {
        System.getLogger(Backends.class.getName()).log(System.Logger.Level.WARNING, text);
    }

    /**
     * Each operation throws this, because exceptions from a class's initialisation do not reach the user as they are.
     */
    private static @Nullable String problem() {
        for (String line : Properties.unknown()) {
            warn(line);
        }
        return Properties.wrong().stream().findFirst().orElse(null);
    }

    /** {@return all backends, available or not, by descending priority} */
    static List<Backend> all() {
        return ALL;
    }

    /** {@return whether primitives may run on the backend, on some device of this process} */
    static boolean isUsed(Backend backend) {
        for (Device d : Device.all()) {
            Backends here = d.backends();
            if (contains(here.used, backend) || contains(here.users, backend)) {
                return true;
            }
        }
        return false;
    }

    private static boolean contains(Backend[] backends, Backend backend) {
        return Arrays.stream(backends).anyMatch(b -> b.name().equals(backend.name()));
    }

    /** {@return the number of computing threads} */
    int threads() {
        int threads = 1;
        for (Backend b : used) {
            threads = Math.max(threads, b.threads());
        }
        return threads;
    }

    void setThreads(int threads) {
        for (Backend b : used) {
            b.setThreads(threads);
        }
    }

    /** Announces an operation to the backends. */
    void announce(Class<? extends Primitive> operation, long[] weight) {
        for (Backend b : used) {
            b.announce(operation, weight);
        }
    }

    /**
     * {@return the cheapest user backend whose cost is below that of Fathom's own, else what the first of these that
     * runs the primitive has selected for it}
     *
     * @throws FathomException if there is none, or a system property is invalid
     */
    Backend choose(Computed primitive, Operand[] in, Operand[] out) {
        if (PROBLEM != null) {
            throw new FathomException(PROBLEM);
        }
        if (primitive instanceof CustomKernel.Applied) {
            return custom;
        }
        UserBackend user = users.length == 0 ? null : UserBackend.cheapest(users, primitive, in, out, 1);
        if (user != null) {
            return user;
        }
        for (Backend b : used) {
            Backend selected = b.select(primitive, in, out);
            if (selected != null) {
                return selected;
            }
        }
        user = UserBackend.cheapest(users, primitive, in, out, ComputeBackend.NOT_SUPPORTED);
        if (user != null) {
            return user;
        }
        throw new FathomException(
                used.length + users.length > 0
                        ? "no backend runs %s on %s on device %s".formatted(primitive, types(in), device)
                        : device.type().equals("cpu")
                                ? "no backend found: put the module fathom.cpu on the module path or class path"
                                : "no backend found that computes on device " + device);
    }

    /** {@return why products are slower in {@code type} than in float32; null if some backend is faster} */
    @Nullable String slowIn(DType type) {
        var reasons = new ArrayList<String>();
        for (Backend b : used) {
            String why = b.slowIn(type);
            if (why == null) {
                return null;
            }
            reasons.add(why);
        }
        return reasons.isEmpty() ? "no backend is available" : String.join("; ", reasons);
    }

    private static List<DType> types(Operand[] operands) {
        var types = new ArrayList<DType>();
        for (Operand o : operands) {
            types.add(o.dtype());
        }
        return types;
    }
}
