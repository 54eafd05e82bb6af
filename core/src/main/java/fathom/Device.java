package fathom;

/** Where tensors live and are computed. */
public record Device(String type, int index) {
    /** The processor. */
    public static final Device CPU = new Device("cpu", 0);

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
    public static final Device META = new Device("meta", 0);

    private static final ThreadSetting<Device> CURRENT = new ThreadSetting<>("Device", () -> CPU);

    /**
     * Has this thread's factories ({@code zeros}, {@code randn}, ...) make tensors here until the setting is closed.
     */
    public Autograd.Setting open() {
        return CURRENT.set(this);
    }

    /** {@return where this thread's factories make tensors} */
    public static Device current() {
        return CURRENT.get();
    }

    @Override
    public String toString() {
        return type.equals("cpu") || type.equals("meta") ? type : type + ":" + index;
    }
}
