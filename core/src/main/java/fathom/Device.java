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
 * A place where tensors are stored and computed: a type, such as {@code cpu}, and an index. A device owns its memory
 * and its backends; no operation combines tensors of two devices until one is {@linkplain Tensor#to(Device) copied}.
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
 * have threads and memory of their own on the same processors: to isolate two workloads, and to test programs for
 * several devices.
 *
 * <p>Factories create tensors on the device that is {@linkplain #open open} on their thread, else on the default one:
 * {@link #CPU}, or that of the system property {@code fathom.device}. There is one object per device.
 */
public final class Device {
    /** The first CPU device, the only one that most programs use. */
    public static final Device CPU = new Device("cpu", 0, null);

    /**
     * The device without memory and values, PyTorch's {@code meta}: its tensors have only a type, a shape and strides,
     * which operations infer for their results. Reading a value throws an {@link IllegalStateException}. A model of any
     * size can be built, run and summarised ({@code Summary}) without memory:
     *
     * {@snippet :
     * try (var meta = Device.META.open()) {
     *     Shape y = ResNet.resnet152().call(zeros(1, 3, 2048, 2048)).shape();
     * }
     * }
     *
     * Numbers from Java ({@code tensor(2.5)}, {@code tensor(array)}, files) are stored on the CPU nevertheless. Writing
     * a tensor without values into one with values leaves those unchanged.
     */
    public static final Device META = new Device("meta", 0, NoMemory.INSTANCE);

    /** The maximum number of CPU devices. */
    static final int MAX_CPUS = 64;

    /** Whether any device was ever opened. */
    private static volatile boolean wasOpened;

    private static final ThreadSetting<@Nullable Device> OPEN = new ThreadSetting<>("Device.open", () -> null);

    private final String type;
    private final int index;
    private final Allocator memory;

    /** Found at the first use; concurrent threads find the same. */
    private @Nullable Backends backends;

    /** Host storages that copies from this device may still be writing to. */
    private final List<Storage> pending = new ArrayList<>();

    /** The default device, found at the first use. */
    private static final class Default {
        static final Device DEVICE = Devices.initial();
    }

    /**
     * @param raw null for CPU devices
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
     * {@return an NVIDIA GPU, {@code of("cuda:" + index)}}
     *
     * @throws IllegalArgumentException if there is none with that index, naming the devices that there are
     */
    public static Device cuda(int index) {
        return of("cuda:" + index);
    }

    /**
     * {@return the device with a name: {@code cpu}, {@code cpu:1}, or one of another type in this process}
     *
     * @throws IllegalArgumentException if there is none, naming the available ones
     */
    public static Device of(String name) {
        return Devices.of(name);
    }

    /** {@return the available devices: CPU devices requested so far, then those of other types} */
    public static List<Device> all() {
        return Devices.all();
    }

    /** {@return the preferred device: an accelerator if available, else {@link #CPU}} */
    public static Device best() {
        return Devices.best();
    }

    /** {@return the device on which factories create tensors on this thread} */
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
     * Makes this the current device of the thread, until the setting is closed.
     *
     * @return a setting whose closing throws an {@link IllegalStateException} on another thread, or before settings
     *     that were opened after it
     */
    public Autograd.Setting open() {
        wasOpened = true;
        return OPEN.set(this);
    }

    /** {@return the result of {@code body}, run with this as the current device of the thread} */
    public <T> T with(Supplier<T> body) {
        if (this == current()) {
            return body.get();
        }
        try (var _ = open()) {
            return body.get();
        }
    }

    /**
     * Makes a tensor's device the current one, for tensors to be used with it; {@return the setting to {@link #leave};
     * null if it is current already}
     */
    static Autograd.@Nullable Setting enter(Tensor tensor) {
        return enter(tensor.storage().allocator());
    }

    /**
     * Makes an allocator's device the current one; {@return the setting to {@link #leave}; null if it is current
     * already}
     */
    static Autograd.@Nullable Setting enter(Allocator memory) {
        return memory == current().memory ? null : of(memory).open();
    }

    /** {@return the result of {@code body}, run with the tensor's device as the current one} */
    static <T> T at(Tensor tensor, Supplier<T> body) {
        return of(tensor.storage()).with(body);
    }

    /** Restores the device before {@link #enter}. */
    static void leave(Autograd.@Nullable Setting entered) {
        if (entered != null) {
            entered.close();
        }
    }

    /** {@return the type, such as {@code cpu}} */
    public String type() {
        return type;
    }

    /** {@return the index among the devices of the type} */
    public int index() {
        return index;
    }

    /**
     * Waits until all work submitted to the device has completed, including copies of {@link Tensor#to(Device,
     * boolean)}. Methods that read values wait by themselves.
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

    /** Keeps memory alive that a copy from this device writes to, until the copy is known to be complete. */
    void keepUntilSynchronized(@Nullable Storage target) {
        if (target != null) {
            target.keep();
            synchronized (pending) {
                pending.add(target);
            }
        }
    }

    /**
     * {@return the number of threads that compute on it; on CPU devices initially the property {@code fathom.threads}}
     */
    public int threads() {
        return backends().threads();
    }

    /**
     * Sets the number of threads that compute on it, if configurable. Results do not depend on it.
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

    /** {@return {@code type:index}; {@code cpu} for the first CPU, {@code meta} for the device without memory} */
    @Override
    public String toString() {
        return this == CPU || this == META ? type : type + ":" + index;
    }
}
