import module fathom;
import static fathom.Tensors.*;

/** The course's section 2.2, Data Preprocessing: from a CSV file with gaps in it to tensors. */
void main() throws IOException {
    var file = Files.createTempDirectory("data").resolve("house_tiny.csv");
    Files.writeString(file, """
            NumRooms,Alley,Price
            NA,Pave,127500
            2,NA,106000
            4,NA,178100
            NA,NA,140000
            """);

    // reading the data set
    var data = Table.readCsv(file);
    IO.println(data);
    //>    NumRooms Alley   Price
    //> 0       NaN  Pave  127500
    //> 1       2.0   NaN  106000
    //> 2       4.0   NaN  178100
    //> 3       NaN   NaN  140000

    // missing values: the mean of a column of numbers, a category of its own in a column of text
    var inputs = data.select(0, 1).fillMissingWithMean();
    IO.println(inputs);
    //>    NumRooms Alley
    //> 0       3.0  Pave
    //> 1       2.0   NaN
    //> 2       4.0   NaN
    //> 3       3.0   NaN
    inputs = inputs.oneHot(true);
    IO.println(inputs);
    //>    NumRooms  Alley_Pave  Alley_nan
    //> 0       3.0           1          0
    //> 1       2.0           0          1
    //> 2       4.0           0          1
    //> 3       3.0           0          1

    // conversion to tensors
    IO.println(inputs.toTensor());
    //> tensor([[3., 1., 0.],
    //>         [2., 0., 1.],
    //>         [4., 0., 1.],
    //>         [3., 0., 1.]], dtype=torch.float64)
    IO.println(data.tensor("Price"));
    //> tensor([127500, 106000, 178100, 140000])

    // the section's exercise: without the column that has most missing
    IO.println(data.missing());                                     //> {NumRooms=2, Alley=3, Price=0}
    IO.println(data.dropColumnWithMostMissing().columns());             //> [NumRooms, Price]
}
