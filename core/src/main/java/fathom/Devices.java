package fathom;

import fathom.device.DeviceType;
import fathom.memory.Allocator;
import fathom.primitive.Pointwise;
import fathom.primitive.Primitive;
import fathom.primitive.Reduce;
import fathom.primitive.Rowwise;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The devices of this process. */
final class Devices {
    private static final System.Logger LOG = System.getLogger(Devices.class.getName());

    /** Created at their first use; the lock is this array. */
    private static final @Nullable Device[] CPUS = new @Nullable Device[Device.MAX_CPUS];

    private Devices() {}

    /** A device type, with those of its devices that were opened. */
    private static final class Kind {
        final DeviceType type;
        private final @Nullable Device[] opened;

        Kind(DeviceType type) {
            this.type = type;
            opened = new @Nullable Device[count(type)];
        }

        private static int count(DeviceType type) {
            try {
                return type.count();
            } catch (RuntimeException | LinkageError e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "devices of type {0} are skipped, because they cannot be counted: {1}",
                        type.name(),
                        e);
                return 0;
            }
        }

        int count() {
            return opened.length;
        }

        synchronized Device device(int index) {
            Device d = opened[index];
            if (d == null) {
                d = new Device(type.name(), index, type.open(index));
                opened[index] = d;
            }
            return d;
        }
    }

    /** Types other than the CPU, by descending preference. */
    private static final class Found {
        static final List<Kind> KINDS =
                CoreServices.load(DeviceType.class, Object::getClass).stream()
                        .sorted(Comparator.comparingInt(DeviceType::preference).reversed())
                        .map(Kind::new)
                        .toList();
    }

    static Device cpu(int index) {
        if (index < 0 || index >= Device.MAX_CPUS) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "cpu: CPU devices have indices from 0 to %d, not %d", CPUS.length - 1, index));
        }
        if (index == 0) {
            return Device.CPU;
        }
        synchronized (CPUS) {
            Device d = CPUS[index];
            if (d == null) {
                d = new Device("cpu", index, null);
                CPUS[index] = d;
            }
            return d;
        }
    }

    static Device of(String name) {
        return find(name)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "device %s is not available; available are %s"
                                        .formatted(name, String.join(", ", names()))));
    }

    private static Optional<Device> find(String name) {
        int colon = name.indexOf(':');
        String type = colon < 0 ? name : name.substring(0, colon);
        String number = colon < 0 ? "0" : name.substring(colon + 1);
        if (!number.matches("0|[1-9][0-9]{0,8}")) {
            return Optional.empty();
        }
        int index = Integer.parseInt(number);
        if (type.equals("meta")) {
            return index == 0 ? Optional.of(Device.META) : Optional.empty();
        }
        if (type.equals("cpu")) {
            return index < Device.MAX_CPUS ? Optional.of(cpu(index)) : Optional.empty();
        }
        return Found.KINDS.stream()
                .filter(k -> k.type.name().equals(type) && index < k.count())
                .findFirst()
                .map(k -> k.device(index));
    }

    /** {@return the names accepted by {@link #of}} */
    static List<String> names() {
        var names = new ArrayList<String>();
        names.add("cpu (cpu:0 to cpu:" + (CPUS.length - 1) + ")");
        names.add("meta");
        for (Kind k : Found.KINDS) {
            for (int i = 0; i < k.count(); i++) {
                names.add(k.type.name() + ":" + i);
            }
        }
        return names;
    }

    static List<Device> all() {
        var all = new ArrayList<Device>();
        all.add(Device.CPU);
        synchronized (CPUS) {
            for (Device d : CPUS) {
                if (d != null) {
                    all.add(d);
                }
            }
        }
        for (Kind k : Found.KINDS) {
            for (int i = 0; i < k.count(); i++) {
                all.add(k.device(i));
            }
        }
        return List.copyOf(all);
    }

    static Device best() {
        for (Kind k : Found.KINDS) {
            if (k.count() > 0 && k.type.preference() > 0) {
                return k.device(0);
            }
        }
        return Device.CPU;
    }

    /** {@return the device of the property {@code fathom.device}; each operation reports an invalid one} */
    static Device initial() {
        String name = System.getProperty("fathom.device", "");
        return name.isEmpty() ? Device.CPU : find(name).orElse(Device.CPU);
    }

    /** {@return the permitted names; null if the name is that of a device} */
    static @Nullable String wanted(String name) {
        return find(name).isPresent() ? null : "one of " + String.join(", ", names());
    }

    // ---- the device of one operation ------------------------------------------------------------------------------

    /**
     * {@return the inputs of an operation on one device: for element-wise operations, scalars on a CPU are copied to
     * the device of the others}
     *
     * @throws IllegalArgumentException if they are on several
     */
    static Tensor[] together(Primitive primitive, Tensor[] inputs) {
        Allocator home = home(inputs);
        boolean isElementwise =
                primitive instanceof Pointwise || primitive instanceof Reduce || primitive instanceof Rowwise;
        Tensor[] moved = inputs;
        for (int i = 0; i < inputs.length; i++) {
            Tensor t = inputs[i];
            if (t.storage().allocator() != home) {
                if (!isElementwise || !isNumber(t)) {
                    throw differentDevices(primitive.name(), Device.of(home), t.device());
                }
                moved = moved == inputs ? inputs.clone() : moved;
                moved[i] = t.to(Device.of(home));
            }
        }
        return moved;
    }

    /** {@return the allocator of the first input that is not a scalar, else of the first that is not on the CPU} */
    private static Allocator home(Tensor[] inputs) {
        for (Tensor t : inputs) {
            if (!isNumber(t)) {
                return t.storage().allocator();
            }
        }
        for (Tensor t : inputs) {
            if (t.storage().allocator() != Allocator.CPU) {
                return t.storage().allocator();
            }
        }
        return Allocator.CPU;
    }

    private static boolean isNumber(Tensor t) {
        return t.dim() == 0 && t.device().type().equals("cpu");
    }

    /** {@return the exception for an operation on tensors of two devices} */
    static IllegalArgumentException differentDevices(String operation, Device one, Device other) {
        return new IllegalArgumentException(
                "%s: expected all tensors to be on the same device, but found at least two devices, %s and %s; copy with to(device)"
                        .formatted(operation, one, other));
    }
}
