package fathom.cli;

import fathom.Device;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The option {@code --device}. */
final class DeviceOption {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "The device that computes, such as cpu:1; \"fathom info\" lists them. Default: cpu.")
    private @Nullable String device;

    /**
     * {@return the device; the default one if the option is not given}
     *
     * @throws ParameterException if there is no such device, or it has no memory
     */
    Device device(CommandSpec spec) {
        if (device == null) {
            return Device.current();
        }
        try {
            Device found = Device.of(device);
            if (found != Device.META) {
                return found;
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--device: " + e.getMessage(), e);
        }
        throw new ParameterException(
                spec.commandLine(),
                "--device: %s has no memory and computes nothing; there are %s".formatted(device, Device.all()));
    }

    /** {@return whether the option is given} */
    boolean isGiven() {
        return device != null;
    }
}
