package fathom;

/** Where tensors live and are computed. */
public record Device(String type, int index) {
    /** The processor. */
    public static final Device CPU = new Device("cpu", 0);

    @Override
    public String toString() {
        return type.equals("cpu") ? type : type + ":" + index;
    }
}
