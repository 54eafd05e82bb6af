package fathom.cuda;

import fathom.device.DeviceMemory;
import fathom.device.DeviceType;

/** NVIDIA GPUs, {@code cuda:0} and so on. */
public final class CudaDeviceType implements DeviceType {
    /** For the service loader. */
    public CudaDeviceType() {}

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public int count() {
        return Gpus.count();
    }

    /** {@return 10; negative where the processor plays the GPU, which only tests should choose} */
    @Override
    public int preference() {
        return Gpus.isHost() ? -1 : 10;
    }

    @Override
    public DeviceMemory open(int index) {
        return new CudaMemory(Gpus.get(index));
    }
}
