package fathom;

import fathom.device.DeviceMemory;
import fathom.dispatch.ThreadSetting;
import fathom.memory.Allocator;
import fathom.memory.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where tensors live and are computed: a type, such as {@code cpu}, and an index. A device owns its memory and what
 * computes on it; tensors on two devices meet in no operation before one is {@linkplain Tensor#to(Device) copied}.
 *
 * {@snippet :
 * Device device = Device.best();
 * try (var _ = device.open()) {
 *     var net = new Linear(2, 1);                   // parameters on the device
 *     var y = net.forward(randn(8, 2));             // as what factories make
 * }
 * var x = tensor(1, 2, 3).to(device);
 * }
 *
 * <p>{@code cpu:0}, written {@code cpu}, is the machine's processors. Further CPU devices, {@code cpu:1} and so on,
 * have threads and memory of their own on the same processors: for running two things apart from one another, and for
 * testing what is to run on several devices.
 *
 * <p>Factories make tensors on the device that is {@linkplain #open open} on their thread, else on the default one:
 * {@link #CPU}, or that of the system property {@code fathom.device}. There is one object for each device.
 */
public final class Device {
    /** The first CPU device, which is what most programs use. */
    public static final Device CPU = new Device("cpu", 0, null);

    /**
     * No memory and no values, PyTorch's {@code meta}: a tensor there has a type, a shape and strides, and what is
     * computed from it is inferred only. Reading a value is an {@link IllegalStateException}. So a model of any size
     * can be made, run and {@code Summary}-summarised in no memory:
     *
     * {@snippet :
     * try (var meta = Device.META.open()) {
     *     var net = new Transformer(512);
     *     Shape y = net.call(zeros(1, 2048, 512)).shape();
     * }
     * }
     *
     * Numbers that Java gives ({@code tensor(2.5)}, {@code tensor(array)}, files) are on the processor all the same. A
     * tensor with values that is written while this is open by what has none keeps its values.
     */
    public static final Device META = new Device("meta", 0, NoMemory.INSTANCE);

    /** CPU devices that there may be. */
    static final int MOST_CPUS = 64;

    /** Whether a device was ever opened. */
    private static volatile boolean wasOpened;

    private static final ThreadSetting<@Nullable Device> OPEN = new ThreadSetting<>("Device.open", () -> null);

    private final String type;
    private final int index;
    private final Allocator memory;

    /** Found at the first use; several threads may find the same. */
    private @Nullable Backends backends;

    /** Storages on the host that copies from this device may still be written to. */
    private final List<Storage> pending = new ArrayList<>();

    /** The default device, found at the first use. */
    private static final class Default {
        static final Device DEVICE = Devices.initial();
    }

    /**
     * @param raw null of CPU devices
     */
    Device(String type, int index, @Nullable DeviceMemory raw) {
        this.type = type;
        this.index = index;
        memory = raw != null ? Allocator.of(this, raw) : index == 0 ? Allocator.CPU : Allocator.ofHost(this);
    }

    /**
     * {@return a CPU device; 0 is {@link #CPU}}
     *
     * @throws IllegalArgumentException if {@code index} is not from 0 to 63
     */
    public static Device cpu(int index) {
        return Devices.cpu(index);
    }

    /**
     * {@return the device of a name: {@code cpu}, {@code cpu:1}, and those of other types that are here}
     *
     * @throws IllegalArgumentException if there is none, naming those that there are
     */
    public static Device of(String name) {
        return Devices.of(name);
    }

    /** {@return the devices here: CPU devices that were asked for so far, then those of other types} */
    public static List<Device> all() {
        return Devices.all();
    }

    /** {@return the fastest kind of device here: an accelerator, or else {@link #CPU}} */
    public static Device best() {
        return Devices.best();
    }

    /** {@return the device on which factories make tensors on this thread} */
    public static Device current() {
        if (wasOpened) {
            Device open = OPEN.get();
            if (open != null) {
                return open;
            }
        }
        return Default.DEVICE;
    }

    /** {@return the device of a storage} */
    static Device of(Storage storage) {
        return of(storage.allocator());
    }

    static Device of(Allocator memory) {
        Object device = memory.device();
        return device == null ? CPU : (Device) device;
    }

    /**
     * Has factories on this thread make tensors on this device, until the setting is closed.
     *
     * @return a setting whose closing throws an {@link IllegalStateException} on another thread, or before settings
     *     that were opened after it
     */
    public Autograd.Setting open() {
        wasOpened = true;
        return OPEN.set(this);
    }

    /** {@return what {@code body} makes with this device open on the thread} */
    public <T> T with(Supplier<T> body) {
        if (this == current()) {
            return body.get();
        }
        try (var _ = open()) {
            return body.get();
        }
    }

    /** {@return the opening of a tensor's device, for what is made to be used with it; null where it is open} */
    static Autograd.@Nullable Setting enter(Tensor tensor) {
        return enter(tensor.storage().allocator());
    }

    /** {@return the opening of a memory's device; null where it is open} */
    static Autograd.@Nullable Setting enter(Allocator memory) {
        return memory == current().memory ? null : of(memory).open();
    }

    /** {@return what {@code body} makes with a tensor's device open} */
    static <T> T at(Tensor tensor, Supplier<T> body) {
        return of(tensor.storage()).with(body);
    }

    /** Ends {@link #enter}. */
    static void leave(Autograd.@Nullable Setting entered) {
        if (entered != null) {
            entered.close();
        }
    }

    /** {@return the type, such as {@code cpu}} */
    public String type() {
        return type;
    }

    /** {@return the number among the devices of the type} */
    public int index() {
        return index;
    }

    /**
     * Waits until the device has done all that it was given to do, copies of {@link Tensor#to(Device, boolean)}
     * included. Whatever hands out values waits by itself.
     */
    public void synchronize() {
        List<Storage> written;
        synchronized (pending) {
            written = List.copyOf(pending);
        }
        memory.memory().synchronize();
        synchronized (pending) {
            pending.removeAll(written);
        }
    }

    /** Keeps memory that a copy from this device is written to until the copy is known to be done. */
    void keepUntilSynchronized(@Nullable Storage target) {
        if (target != null) {
            target.keep();
            synchronized (pending) {
                pending.add(target);
            }
        }
    }

    /**
     * {@return how many threads compute on it at a time; on CPU devices at first the property {@code fathom.threads}}
     */
    public int threads() {
        return backends().threads();
    }

    /**
     * Sets how many threads compute on it, where there is a choice. Results do not depend on it.
     *
     * @throws IllegalArgumentException if it is less than 1 or more than {@link Fathom#MAX_THREADS}
     */
    public Device setThreads(int threads) {
        Fathom.checkThreads(threads);
        backends().setThreads(threads);
        return this;
    }

    Allocator memory() {
        return memory;
    }

    Backends backends() {
        Backends found = backends;
        if (found == null) {
            found = new Backends(this);
            backends = found;
        }
        return found;
    }

    /** {@return {@code type:index}; {@code cpu} of the first CPU, {@code meta} of that without memory} */
    @Override
    public String toString() {
        return this == CPU || this == META ? type : type + ":" + index;
    }
}
