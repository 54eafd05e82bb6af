package fathom.cpu.codegen;

/** A value in a {@link Graph}. Equal values of one graph are one object. */
final class Node {
    final int id;
    final Op op;
    final Lane lane;
    final long bits;
    final Node[] args;

    Node(int id, Op op, Lane lane, long bits, Node... args) {
        this.id = id;
        this.op = op;
        this.lane = lane;
        this.bits = bits;
        this.args = args;
    }

    boolean isConst() {
        return op == Op.CONST;
    }

    /** {@return the value of a floating constant} */
    double asDouble() {
        return Double.longBitsToDouble(bits);
    }

    @Override
    public String toString() {
        return "%" + id + "=" + op + ":" + lane;
    }
}
