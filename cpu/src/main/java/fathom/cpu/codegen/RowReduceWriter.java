package fathom.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_int;

import fathom.cpu.memory.VectorApi;
import fathom.ir.ReduceOp;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;

/**
 * Writes the class of a reduction along rows: each row of a tile yields one value. The lanes of the vector accumulator
 * are stored in the scratch area and combined sequentially in a fixed order (in any order if the result does not depend
 * on it, as for a maximum). Scalar code emulates the same lanes in the scratch area.
 *
 * <p>The order depends only on the values' type, not on how they are computed, so fusing a kernel into the reduction
 * that reads it does not change a bit of the result. Therefore vector code of a large body, which is not unrolled, or
 * of shorter vectors, because of 64-bit operands, accumulates in the scratch area, with as many lanes as small bodies
 * have in registers; scalar code does the same for kernels that cannot be vectorised.
 */
final class RowReduceWriter extends ReduceWriter {
    private final MethodTypeDesc scalarType;

    /** Number of separate accumulators in the last vectors of a row, and in the unrolled part before them. */
    private final int tailLanes;

    private final int bulkLanes;

    private final boolean inScratch;

    RowReduceWriter(Graph graph, Lowering.Root root, int inputs, BitSet uniform, ReduceOp op) {
        super(graph, root, inputs, uniform, op);
        scalarType = MethodTypeDesc.of(accumulator.scalarType(), LONGS, CD_int, CD_int, CD_int);
        if (accumulator.isOrdered()) {
            tailLanes = VectorApi.lanes(Accumulator.memory(accumulator.lane).size());
            bulkLanes = MAX_COPIES * tailLanes;
            inScratch = copies < MAX_COPIES || lanes != tailLanes;
        } else {
            tailLanes = lanes;
            bulkLanes = copies * lanes;
            inScratch = false;
        }
    }

    @Override
    MethodTypeDesc scalarType() {
        return scalarType;
    }

    @Override
    void run(CodeBuilder cb, ClassDesc self) {
        var rows = new Rows(cb, self);
        if (isVectorized()) {
            rows.vectors();
        } else if (emulatesVectors()) {
            rows.emulateVectors();
        } else {
            rows.scalars();
        }
        cb.return_();
    }

    @Override
    void plain(CodeBuilder cb, ClassDesc self) {
        new Rows(cb, self).staged();
        cb.return_();
    }

    /** Whether scalar code must emulate the lanes of vectors. Booleans may be combined in any order. */
    private boolean emulatesVectors() {
        return accumulator.isOrdered() ? VectorApi.IS_PRESENT : isVectorized() && accumulator.lane != Lane.BOOL;
    }

    /** Writes the method that reduces the elements {@code from} to {@code to} of one row. */
    @Override
    void scalar(CodeBuilder cb) {
        int parameters = cb.parameterSlot(0);
        int row = cb.parameterSlot(1);
        int from = cb.parameterSlot(2);
        int to = cb.parameterSlot(3);
        var kind = accumulator.scalarKind();
        var emitter = scalarEmitter(cb, parameters, row, from);
        int result = cb.allocateLocal(kind);
        accumulator.pushIdentity(cb, accumulator.scalarLane);
        cb.storeLocal(kind, result);
        loop(
                cb,
                from,
                to,
                1,
                () -> {
                    emitter.enter(Schedule.ELEMENT);
                    cb.loadLocal(kind, result);
                    emitter.push(value());
                    accumulator.widen(cb);
                    accumulator.combineScalars(cb, accumulator.scalarLane);
                    cb.storeLocal(kind, result);
                });
        cb.loadLocal(kind, result).return_(kind);
    }

    private ScalarEmitter scalarEmitter(CodeBuilder cb, int parameters, int row, int index) {
        var emitter = new ScalarEmitter(cb, graph, scalar, operands, parameters);
        emitter.addresses = addressVariables(cb, inputs);
        emitter.index = index;
        seekRow(cb, parameters, emitter.addresses, row);
        emitter.enter(Schedule.CALL);
        emitter.enter(Schedule.ROW);
        return emitter;
    }

    /** Emits the loop over rows, in one of its variants. */
    private final class Rows {
        private final CodeBuilder cb;
        private final ClassDesc self;
        private final int parameters;
        private final int n;
        private final int rows;
        private final int row;
        private final int result;
        private final fathom.DType memory = Accumulator.memory(accumulator.lane);

        Rows(CodeBuilder cb, ClassDesc self) {
            this.cb = cb;
            this.self = self;
            parameters = cb.parameterSlot(0);
            n = elements(cb, parameters);
            rows = intParameter(cb, parameters, Parameters.ROWS);
            row = counter(cb);
            result = cb.allocateLocal(accumulator.scalarKind());
        }

        void scalars() {
            loop(
                    cb,
                    row,
                    rows,
                    1,
                    () -> {
                        cb.aload(parameters).iload(row).iconst_0().iload(n);
                        cb.invokestatic(self, "scalar", scalarType);
                        cb.storeLocal(accumulator.scalarKind(), result);
                        store();
                    });
        }

        /** {@return a new variable with {@code n} rounded down to a multiple of {@code of}, a power of two} */
        private int multiple(int of) {
            int variable = cb.allocateLocal(TypeKind.INT);
            cb.iload(n).loadConstant(-of).iand().istore(variable);
            return variable;
        }

        void vectors() {
            int vectorEnd = multiple(tailLanes);
            int bulkEnd = multiple(bulkLanes);
            var wide = cb.newLabel();
            cb.iload(vectorEnd).ifne(wide);
            scalars();
            cb.return_();
            cb.labelBinding(wide);
            var emitter = new VectorEmitter(cb, graph, vector, operands, parameters, RowReduceWriter.this.wide);
            emitter.addresses = addressVariables(cb, inputs);
            emitter.index = cb.allocateLocal(TypeKind.INT);
            int identity = identity(cb, emitter);
            var sums = vectorVariables(cb);
            int scratch = scratch();
            emitter.enter(Schedule.CALL);
            loopRows(
                    emitter,
                    row,
                    rows,
                    () -> {
                        if (inScratch) {
                            accumulateInScratch(emitter, scratch, identity, bulkEnd, vectorEnd);
                            reduceTail(vectorEnd);
                            combineLanes(scratch);
                            store();
                            return;
                        }
                        copy(cb, identity, sums);
                        cb.iconst_0().istore(emitter.index);
                        loop(cb, emitter.index, bulkEnd, lanes * copies, () -> step(cb, emitter, sums, copies));
                        if (copies > 1) {
                            loop(cb, emitter.index, vectorEnd, lanes, () -> step(cb, emitter, sums, 1));
                            for (int half = copies / 2; half > 0; half /= 2) {
                                for (int u = 0; u < half; u++) {
                                    emitter.pushVariable(accumulator.lane, sums[u]);
                                    emitter.pushVariable(accumulator.lane, sums[u + half]);
                                    accumulator.combineVectors(cb);
                                    cb.astore(sums[u]);
                                }
                            }
                        }
                        reduceTail(vectorEnd);
                        if (accumulator.lane == Lane.BOOL) {
                            cb.loadLocal(accumulator.scalarKind(), result);
                            emitter.pushVariable(Lane.BOOL, sums[0]);
                            accumulator.reduceMask(cb);
                            accumulator.combineScalars(cb, Lane.BOOL);
                            cb.storeLocal(accumulator.scalarKind(), result);
                        } else if (accumulator.isOrderFree()) {
                            // a chain of the scalar Math.max takes a hundred nanoseconds a row
                            cb.loadLocal(accumulator.scalarKind(), result);
                            emitter.pushVariable(accumulator.lane, sums[0]);
                            accumulator.reduceLanes(cb);
                            accumulator.combineScalars(cb, accumulator.lane);
                            cb.storeLocal(accumulator.scalarKind(), result);
                        } else {
                            emitter.storeVector(accumulator.lane, sums[0], scratch);
                            combineLanes(scratch);
                        }
                        store();
                    });
        }

        /** Accumulates the first {@code vectorEnd} elements in the lanes of the scratch area. */
        private void accumulateInScratch(VectorEmitter emitter, int scratch, int identity, int bulkEnd, int vectorEnd) {
            var lane = accumulator.lane;
            int address = cb.allocateLocal(TypeKind.LONG);
            int at = cb.allocateLocal(TypeKind.INT);
            int sum = cb.allocateLocal(TypeKind.REFERENCE);
            int zero = constant(0);
            for (int first = 0; first < bulkLanes; first += lanes) {
                seek(address, scratch, zero, first);
                emitter.storeVector(lane, identity, address);
            }
            cb.iconst_0().istore(emitter.index);
            loop(
                    cb,
                    emitter.index,
                    vectorEnd,
                    lanes,
                    () -> {
                        // branch-free, so that no uncommon trap is compiled: the index modulo bulkLanes below bulkEnd,
                        // modulo tailLanes from there on
                        cb.iload(emitter.index).iload(bulkEnd).isub().loadConstant(31).ishr();
                        cb.loadConstant(bulkLanes - tailLanes).iand().loadConstant(tailLanes - 1).ior();
                        cb.iload(emitter.index).iand().istore(at);
                        seek(address, scratch, at, 0);
                        emitter.leave(Schedule.ELEMENT);
                        emitter.enter(Schedule.ELEMENT);
                        emitter.loadVector(lane, address);
                        emitter.push(value());
                        accumulator.combineVectors(cb);
                        cb.astore(sum);
                        emitter.storeVector(lane, sum, address);
                    });
            emitter.leave(Schedule.ELEMENT);
            for (int half = bulkLanes / 2; half >= tailLanes; half /= 2) {
                for (int first = 0; first < half; first += lanes) {
                    seek(address, scratch, zero, first);
                    emitter.loadVector(lane, address);
                    seek(address, scratch, zero, first + half);
                    emitter.loadVector(lane, address);
                    accumulator.combineVectors(cb);
                    cb.astore(sum);
                    seek(address, scratch, zero, first);
                    emitter.storeVector(lane, sum, address);
                }
            }
        }

        private void seek(int address, int scratch, int lane, int distance) {
            pushLane(scratch, lane, distance);
            cb.lstore(address);
        }

        /** The same in scalar code: elements are assigned to lanes as vectors would. */
        void emulateVectors() {
            int vectorEnd = multiple(tailLanes);
            int bulkEnd = multiple(bulkLanes);
            var wide = cb.newLabel();
            cb.iload(vectorEnd).ifne(wide);
            scalars();
            cb.return_();
            cb.labelBinding(wide);
            int scratch = scratch();
            int index = cb.allocateLocal(TypeKind.INT);
            int lane = cb.allocateLocal(TypeKind.INT);
            loop(
                    cb,
                    row,
                    rows,
                    1,
                    () -> {
                        cb.iconst_0().istore(lane);
                        loop(
                                cb,
                                lane,
                                constant(bulkLanes),
                                1,
                                () -> {
                                    pushLane(scratch, lane, 0);
                                    accumulator.pushIdentity(cb, accumulator.lane);
                                    Emitter.storeScalar(cb, memory);
                                });
                        cb.iconst_0().istore(index);
                        var emitter = scalarEmitter(cb, parameters, row, index);
                        loop(cb, index, bulkEnd, 1, () -> accumulateElement(emitter, scratch, index, lane, bulkLanes));
                        emitter.leave(Schedule.ELEMENT);
                        if (bulkLanes > tailLanes) {
                            loop(
                                    cb,
                                    index,
                                    vectorEnd,
                                    1,
                                    () -> accumulateElement(emitter, scratch, index, lane, tailLanes));
                        }
                        for (int half = bulkLanes / 2; half >= tailLanes; half /= 2) {
                            int distance = half;
                            cb.iconst_0().istore(lane);
                            loop(
                                    cb,
                                    lane,
                                    constant(distance),
                                    1,
                                    () -> {
                                        pushLane(scratch, lane, 0);
                                        pushLane(scratch, lane, 0);
                                        emitter.loadScalar(memory);
                                        pushLane(scratch, lane, distance);
                                        emitter.loadScalar(memory);
                                        accumulator.combineScalars(cb, accumulator.lane);
                                        Emitter.storeScalar(cb, memory);
                                    });
                        }
                        reduceTail(vectorEnd);
                        combineLanes(scratch);
                        store();
                    });
        }

        /** The same on staged arrays; the lanes are an array too. */
        void staged() {
            boolean hasLanes = emulatesVectors();
            int vectorEnd = hasLanes ? multiple(tailLanes) : counter(cb);
            int bulkEnd = hasLanes ? multiple(bulkLanes) : vectorEnd;
            var staging = new Staging(cb, graph, scalar, operands, parameters, n);
            staging.addresses = addressVariables(cb, inputs);
            cb.loadConstant(bulkLanes);
            int lanes = staging.newArray(memory);
            int lane = counter(cb);
            int end = cb.allocateLocal(TypeKind.INT);
            staging.enter(Schedule.CALL);
            loopRows(
                    staging,
                    row,
                    rows,
                    () -> {
                        if (hasLanes) {
                            cb.iconst_0().istore(lane);
                            Runnable identity = () -> accumulator.pushIdentity(cb, accumulator.lane);
                            loop(cb, lane, constant(bulkLanes), 1, () -> staging.store(lanes, lane, memory, identity));
                        }
                        accumulator.pushIdentity(cb, accumulator.scalarLane);
                        cb.storeLocal(accumulator.scalarKind(), result);
                        staging.tiles(() -> {
                            staging.read(inputs);
                            cb.iconst_0().istore(staging.index);
                            if (hasLanes) {
                                accumulateElements(staging, bulkEnd, end, lanes, lane, bulkLanes);
                                if (bulkLanes > tailLanes) {
                                    accumulateElements(staging, vectorEnd, end, lanes, lane, tailLanes);
                                }
                            }
                            loop(
                                    cb,
                                    staging.index,
                                    staging.count,
                                    1,
                                    () -> {
                                        staging.enter(Schedule.ELEMENT);
                                        cb.loadLocal(accumulator.scalarKind(), result);
                                        staging.push(value());
                                        accumulator.widen(cb);
                                        accumulator.combineScalars(cb, accumulator.scalarLane);
                                        cb.storeLocal(accumulator.scalarKind(), result);
                                    });
                            staging.leave(Schedule.ELEMENT);
                        });
                        if (hasLanes) {
                            var none = cb.newLabel();
                            cb.iload(vectorEnd).ifeq(none);
                            combineStagedLanes(staging, lanes, lane, end);
                            cb.labelBinding(none);
                        }
                        store();
                    });
        }

        /** Combines the tile's elements before index {@code before} of the row with their lanes. */
        private void accumulateElements(Staging staging, int before, int end, int lanes, int lane, int count) {
            cb.iload(before).iload(staging.first).isub().iload(staging.count);
            cb.invokestatic(Emitter.desc(Math.class), "min", MethodTypeDesc.of(CD_int, CD_int, CD_int)).istore(end);
            loop(
                    cb,
                    staging.index,
                    end,
                    1,
                    () -> {
                        staging.enter(Schedule.ELEMENT);
                        cb.iload(staging.index).loadConstant(count - 1).iand().istore(lane);
                        staging.store(
                                lanes,
                                lane,
                                memory,
                                () -> {
                                    staging.load(lanes, lane, memory);
                                    staging.push(value());
                                    accumulator.combineScalars(cb, accumulator.lane);
                                });
                    });
            staging.leave(Schedule.ELEMENT);
        }

        /** Combines the lanes as vector code does, and then with the result. */
        private void combineStagedLanes(Staging staging, int lanes, int lane, int other) {
            for (int half = bulkLanes / 2; half >= tailLanes; half /= 2) {
                int distance = half;
                cb.iconst_0().istore(lane);
                loop(
                        cb,
                        lane,
                        constant(distance),
                        1,
                        () ->
                                staging.store(
                                        lanes,
                                        lane,
                                        memory,
                                        () -> {
                                            cb.iload(lane).loadConstant(distance).iadd().istore(other);
                                            staging.load(lanes, lane, memory);
                                            staging.load(lanes, other, memory);
                                            accumulator.combineScalars(cb, accumulator.lane);
                                        }));
            }
            var kind = accumulator.scalarKind();
            cb.iconst_0().istore(lane);
            loop(
                    cb,
                    lane,
                    constant(tailLanes),
                    1,
                    () -> {
                        cb.loadLocal(kind, result);
                        staging.load(lanes, lane, memory);
                        accumulator.widen(cb);
                        accumulator.combineScalars(cb, accumulator.scalarLane);
                        cb.storeLocal(kind, result);
                    });
        }

        /** Combines the current element with its lane. */
        private void accumulateElement(ScalarEmitter emitter, int scratch, int index, int lane, int count) {
            emitter.enter(Schedule.ELEMENT);
            cb.iload(index).loadConstant(count - 1).iand().istore(lane);
            pushLane(scratch, lane, 0);
            pushLane(scratch, lane, 0);
            emitter.loadScalar(memory);
            emitter.push(value());
            accumulator.combineScalars(cb, accumulator.lane);
            Emitter.storeScalar(cb, memory);
        }

        private int scratch() {
            int variable = cb.allocateLocal(TypeKind.LONG);
            cb.aload(parameters).loadConstant(Parameters.SCRATCH).laload().lstore(variable);
            return variable;
        }

        private int constant(int value) {
            int variable = cb.allocateLocal(TypeKind.INT);
            cb.loadConstant(value).istore(variable);
            return variable;
        }

        private void pushLane(int scratch, int lane, int distance) {
            cb.lload(scratch).iload(lane).loadConstant(distance).iadd();
            cb.loadConstant(memory.size()).imul().i2l().ladd();
        }

        /** Sets the result to the combination of the tail elements. */
        private void reduceTail(int vectorEnd) {
            var full = cb.newLabel();
            accumulator.pushIdentity(cb, accumulator.scalarLane);
            cb.storeLocal(accumulator.scalarKind(), result);
            cb.iload(vectorEnd).iload(n).if_icmpeq(full);
            cb.aload(parameters).iload(row).iload(vectorEnd).iload(n);
            cb.invokestatic(self, "scalar", scalarType);
            cb.storeLocal(accumulator.scalarKind(), result);
            cb.labelBinding(full);
        }

        /** Combines the lanes in the scratch area with the result. */
        private void combineLanes(int scratch) {
            var kind = accumulator.scalarKind();
            int lane = counter(cb);
            loop(
                    cb,
                    lane,
                    constant(tailLanes),
                    1,
                    () -> {
                        cb.loadLocal(kind, result);
                        pushLane(scratch, lane, 0);
                        Emitter.loadScalar(cb, memory);
                        accumulator.widen(cb);
                        accumulator.combineScalars(cb, accumulator.scalarLane);
                        cb.storeLocal(kind, result);
                    });
        }

        private void store() {
            cb.aload(parameters).loadConstant(Parameters.address(inputs)).laload();
            cb.aload(parameters).loadConstant(Parameters.rowStride(inputs)).laload();
            cb.iload(row).i2l().lmul().ladd();
            cb.loadLocal(accumulator.scalarKind(), result);
            accumulator.narrow(cb);
            Emitter.storeScalar(cb, memory);
        }
    }
}
