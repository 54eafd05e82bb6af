import module fathom;
import static fathom.Tensors.*;

/** The course's section 2.1, Data Manipulation: every example with what it prints. */
void main() {
    // Getting started
    var x = arange(12);
    IO.println(x);                                  //> tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11])
    IO.println(x.shape());                          //> [12]
    IO.println(x.numel());                          //> 12
    var X = x.reshape(3, 4);
    IO.println(X);
    //> tensor([[ 0,  1,  2,  3],
    //>         [ 4,  5,  6,  7],
    //>         [ 8,  9, 10, 11]])
    IO.println(zeros(2, 3, 4));
    //> tensor([[[0., 0., 0., 0.],
    //>          [0., 0., 0., 0.],
    //>          [0., 0., 0., 0.]],
    //>
    //>         [[0., 0., 0., 0.],
    //>          [0., 0., 0., 0.],
    //>          [0., 0., 0., 0.]]])
    IO.println(ones(2, 3, 4));
    //> tensor([[[1., 1., 1., 1.],
    //>          [1., 1., 1., 1.],
    //>          [1., 1., 1., 1.]],
    //>
    //>         [[1., 1., 1., 1.],
    //>          [1., 1., 1., 1.],
    //>          [1., 1., 1., 1.]]])
    IO.println(randn(3, 4).shape());                //> [3, 4]
    IO.println(tensor(new int[][] {{2, 1, 4, 3}, {1, 2, 3, 4}, {4, 3, 2, 1}}));
    //> tensor([[2, 1, 4, 3],
    //>         [1, 2, 3, 4],
    //>         [4, 3, 2, 1]])

    // Operations
    var a = tensor(1.0, 2, 4, 8);
    var b = tensor(2, 2, 2, 2);
    IO.println(a.add(b));                           //> tensor([ 3.,  4.,  6., 10.])
    IO.println(a.sub(b));                           //> tensor([-1.,  0.,  2.,  6.])
    IO.println(a.mul(b));                           //> tensor([ 2.,  4.,  8., 16.])
    IO.println(a.div(b));                           //> tensor([0.5000, 1.0000, 2.0000, 4.0000])
    IO.println(a.pow(b));                           //> tensor([ 1.,  4., 16., 64.])
    IO.println(a.exp());                            //> tensor([2.7183e+00, 7.3891e+00, 5.4598e+01, 2.9810e+03])

    var F = arange(12, FLOAT32).reshape(3, 4);
    var Y = tensor(new double[][] {{2.0, 1, 4, 3}, {1, 2, 3, 4}, {4, 3, 2, 1}});
    IO.println(cat(List.of(F, Y), 0));
    //> tensor([[ 0.,  1.,  2.,  3.],
    //>         [ 4.,  5.,  6.,  7.],
    //>         [ 8.,  9., 10., 11.],
    //>         [ 2.,  1.,  4.,  3.],
    //>         [ 1.,  2.,  3.,  4.],
    //>         [ 4.,  3.,  2.,  1.]])
    IO.println(cat(List.of(F, Y), 1));
    //> tensor([[ 0.,  1.,  2.,  3.,  2.,  1.,  4.,  3.],
    //>         [ 4.,  5.,  6.,  7.,  1.,  2.,  3.,  4.],
    //>         [ 8.,  9., 10., 11.,  4.,  3.,  2.,  1.]])
    IO.println(F.eq(Y));
    //> tensor([[False,  True, False,  True],
    //>         [False, False, False, False],
    //>         [False, False, False, False]])
    IO.println(F.sum());                            //> tensor(66.)

    // Broadcasting
    var p = arange(3).reshape(3, 1);
    var q = arange(2).reshape(1, 2);
    IO.println(p);
    //> tensor([[0],
    //>         [1],
    //>         [2]])
    IO.println(q);                                  //> tensor([[0, 1]])
    IO.println(p.add(q));
    //> tensor([[0, 1],
    //>         [1, 2],
    //>         [2, 3]])

    // Indexing and slicing
    IO.println(F.get(-1));                          //> tensor([ 8.,  9., 10., 11.])
    IO.println(F.get("1:3"));
    //> tensor([[ 4.,  5.,  6.,  7.],
    //>         [ 8.,  9., 10., 11.]])
    F.set(9, "1, 2");
    IO.println(F);
    //> tensor([[ 0.,  1.,  2.,  3.],
    //>         [ 4.,  5.,  9.,  7.],
    //>         [ 8.,  9., 10., 11.]])
    F.set(12, "0:2, :");
    IO.println(F);
    //> tensor([[12., 12., 12., 12.],
    //>         [12., 12., 12., 12.],
    //>         [ 8.,  9., 10., 11.]])

    // Saving memory
    var before = Y.detach();                                // looks at the same memory
    Y = Y.add(F);
    IO.println(Y.sharesStorageWith(before));                //> false
    var Z = zerosLike(Y);
    before = Z.detach();
    Z.set(F.add(Y), all());
    IO.println(Z.sharesStorageWith(before));                //> true
    before = F.detach();
    F.add_(Y);
    IO.println(F.sharesStorageWith(before));                //> true

    // Conversion to Java
    float[][] array = F.toArray(float[][].class);
    IO.println(array.length + " x " + array[0].length);     //> 3 x 4
    var single = tensor(3.5);
    IO.println(single);                             //> tensor(3.5000)
    IO.println(single.item());                      //> 3.5
    IO.println(single.itemLong());                  //> 3
}
