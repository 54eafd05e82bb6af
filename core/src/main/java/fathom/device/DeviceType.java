package fathom.device;

/**
 * A kind of device, such as {@code cuda}. Types are found as services, on the module path and on the class path; one
 * that fails to load is left out with a warning that names it. What computes on the devices are the {@linkplain
 * fathom.primitive.Backend#deviceType backends of the type}.
 */
public interface DeviceType {

    /** {@return the name of the type, in lower-case letters: devices are {@code name}, {@code name:1} and so on} */
    String name();

    /** {@return how many devices of the type this machine has; 0 where there are none, or no driver for them} */
    int count();

    /**
     * {@return the rank for {@link fathom.Device#best}: the greatest wins; the CPU has 0, and devices of negative rank,
     * made for tests, are never the best}
     */
    default int preference() {
        return 1;
    }

    /**
     * Opens a device; called once for each, before its first use.
     *
     * @param index from 0 up to but not including {@link #count}
     */
    DeviceMemory open(int index);
}
